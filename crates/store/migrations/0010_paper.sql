-- Papers: whose head may not be named in public and what is written instead;
-- the counties' own Word templates and which of them is in use.

CREATE TABLE name_protection (
  id TEXT PRIMARY KEY,
  household_id TEXT NOT NULL,
  village TEXT NOT NULL,
  ground TEXT NOT NULL,
  reason_sealed {blob} NOT NULL,
  substitute_sealed {blob} NOT NULL,
  status TEXT NOT NULL,
  requested_by TEXT NOT NULL,
  requested_by_name TEXT NOT NULL,
  requested_at BIGINT NOT NULL,
  decided_by TEXT,
  decided_by_name TEXT,
  decided_at BIGINT,
  decision_note TEXT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX name_protection_household ON name_protection (household_id);
CREATE INDEX name_protection_village ON name_protection (village);

-- One uploaded version; kept for ever, never changed.
CREATE TABLE paper_template (
  id TEXT PRIMARY KEY,
  jurisdiction TEXT NOT NULL,
  kind TEXT NOT NULL,
  version BIGINT NOT NULL,
  note TEXT NOT NULL,
  digest TEXT NOT NULL,
  size_bytes BIGINT NOT NULL,
  content_sealed {blob} NOT NULL,
  account_id TEXT NOT NULL,
  account_name TEXT NOT NULL,
  uploaded_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX paper_template_version ON paper_template (jurisdiction, kind, version);

-- Which version was put in use when; without a template the built-in one is.
CREATE TABLE paper_template_use (
  id TEXT PRIMARY KEY,
  jurisdiction TEXT NOT NULL,
  kind TEXT NOT NULL,
  template_id TEXT,
  account_id TEXT NOT NULL,
  account_name TEXT NOT NULL,
  put_in_use_at BIGINT NOT NULL
);
CREATE INDEX paper_template_use_kind ON paper_template_use (jurisdiction, kind);
