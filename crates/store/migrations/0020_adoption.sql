-- Packs in force: periods [from_on, until_on), a draft before, a history kept for ever.
ALTER TABLE pack_in_force RENAME TO adoption;
ALTER TABLE adoption RENAME COLUMN note TO reason;
ALTER TABLE adoption ADD COLUMN until_on TEXT;
ALTER TABLE adoption ADD COLUMN status TEXT NOT NULL DEFAULT 'in_force';
ALTER TABLE adoption ADD COLUMN document TEXT NOT NULL DEFAULT '';
ALTER TABLE adoption ADD COLUMN version BIGINT NOT NULL DEFAULT 1;

-- Until now a later entry of the same jurisdiction silently ended the one before: written down as it was.
UPDATE adoption SET until_on = (
  SELECT MIN(later.from_on) FROM adoption AS later
  WHERE later.jurisdiction = adoption.jurisdiction AND later.from_on > adoption.from_on
);

CREATE TABLE adoption_event (
  adoption_id TEXT NOT NULL,
  seq BIGINT NOT NULL,
  kind TEXT NOT NULL,
  until_on TEXT,
  reason TEXT NOT NULL,
  account_id TEXT NOT NULL,
  recorded_at BIGINT NOT NULL,
  PRIMARY KEY (adoption_id, seq)
);
INSERT INTO adoption_event (adoption_id, seq, kind, until_on, reason, account_id, recorded_at)
SELECT id, 1, 'put_in_force', NULL, reason, account_id, recorded_at FROM adoption;
