-- 移交: a household on its way from one township to another of the county. Who
-- hands over sees it by the village it comes from, who takes it by the division
-- it goes to; the file itself moves only when it is accepted.
CREATE TABLE household_handover (
  id TEXT PRIMARY KEY,
  household_id TEXT NOT NULL,
  from_village TEXT NOT NULL,
  -- The township asked; once accepted, the village chosen there.
  to_division TEXT NOT NULL,
  effective_on TEXT NOT NULL,
  reason_sealed {blob} NOT NULL,
  status TEXT NOT NULL,
  handed_by TEXT NOT NULL,
  handed_by_name TEXT NOT NULL,
  handed_at BIGINT NOT NULL,
  answered_by TEXT,
  answered_by_name TEXT,
  answered_at BIGINT,
  answer_sealed {blob},
  version BIGINT NOT NULL
);
CREATE INDEX household_handover_from ON household_handover (from_village, status);
CREATE INDEX household_handover_to ON household_handover (to_division, status);
-- A household waits for one township at a time.
CREATE UNIQUE INDEX household_handover_waiting ON household_handover (household_id) WHERE status = 'waiting';

-- A lead sent where it belongs: the lead it came from and the one it went to,
-- each with the path of the place; one outside the installation is only written down.
ALTER TABLE lead ADD COLUMN forwarded_from TEXT;
ALTER TABLE lead ADD COLUMN forwarded_from_place TEXT;
ALTER TABLE lead ADD COLUMN forwarded_to TEXT;
ALTER TABLE lead ADD COLUMN forwarded_to_place TEXT;
