-- A lead that complains of somebody in office. It is no row of `lead`: nothing
-- that lists, counts or merges leads meets it.
CREATE TABLE complaint (
  id TEXT PRIMARY KEY,
  household_id TEXT,
  village TEXT NOT NULL,
  reported_name TEXT NOT NULL,
  channel TEXT NOT NULL,
  received_on TEXT NOT NULL,
  recorded_at BIGINT NOT NULL,
  content_sealed {blob} NOT NULL,
  reporter_sealed {blob},
  -- Who is complained of, where that was said, and the level.
  official_sealed {blob},
  official_level TEXT NOT NULL,
  -- Accounts of that name over the village when it came in: `,id,id,`.
  official_accounts TEXT NOT NULL,
  -- The lowest level that reads and handles it.
  handling_level TEXT NOT NULL,
  status TEXT NOT NULL,
  answer_sealed {blob},
  upheld BOOLEAN,
  handled_on TEXT,
  handled_by TEXT,
  account_id TEXT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX complaint_village ON complaint (village, received_on);
