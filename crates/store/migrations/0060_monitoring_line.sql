-- 监测范围: every edition of the line of a jurisdiction, from draft to
-- publication. `document` is the line with its records as JSON; the other
-- columns repeat what lists and look-ups need. Nothing in it is about people.
CREATE TABLE monitoring_line (
  id TEXT PRIMARY KEY,
  jurisdiction TEXT NOT NULL,
  year INTEGER NOT NULL,
  edition INTEGER NOT NULL,
  stage TEXT NOT NULL,
  amount_yuan BIGINT NOT NULL,
  effective_from TEXT NOT NULL,
  effective_until TEXT,
  document_number TEXT NOT NULL,
  document TEXT NOT NULL,
  version BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX monitoring_line_edition ON monitoring_line (jurisdiction, year, edition);

-- Whom a published line went to, and what they answered.
CREATE TABLE monitoring_line_receipt (
  id TEXT PRIMARY KEY,
  line_id TEXT NOT NULL,
  division TEXT NOT NULL,
  amount_yuan BIGINT NOT NULL,
  issued_on TEXT NOT NULL,
  due_on TEXT NOT NULL,
  acknowledged_on TEXT,
  own_amount_yuan BIGINT,
  own_effective_from TEXT,
  document_number TEXT NOT NULL,
  acknowledged_by TEXT,
  account_id TEXT,
  recorded_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX monitoring_line_receipt_division ON monitoring_line_receipt (line_id, division);
CREATE INDEX monitoring_line_receipt_place ON monitoring_line_receipt (division);

-- The latest income per person of the household's file, for counts by
-- division; `income_version` is the version it was taken from.
ALTER TABLE household ADD COLUMN income_per_capita_fen BIGINT;
ALTER TABLE household ADD COLUMN income_until TEXT;
ALTER TABLE household ADD COLUMN income_version BIGINT NOT NULL DEFAULT 0;
CREATE INDEX household_income ON household (village, income_per_capita_fen);
