-- One text for both databases: {blob} becomes BLOB or BYTEA. Dates are ISO
-- text (they sort), instants are milliseconds since 1970 in UTC, ids are UUID
-- text, money is fen. Columns ending in _sealed hold SM4-GCM ciphertext,
-- columns ending in _index hold HMAC-SM3 blind indexes.

CREATE TABLE division (
  code TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  initials TEXT NOT NULL,
  level TEXT NOT NULL,
  kind TEXT NOT NULL,
  parent TEXT,
  valid_from TEXT,
  valid_to TEXT,
  successor TEXT
);
CREATE INDEX division_parent ON division (parent);

CREATE TABLE grid (
  id TEXT PRIMARY KEY,
  village TEXT NOT NULL,
  name TEXT NOT NULL,
  staff_kind TEXT NOT NULL,
  worker_account_id TEXT
);
CREATE INDEX grid_village ON grid (village);

CREATE TABLE household (
  id TEXT PRIMARY KEY,
  code TEXT,
  village TEXT NOT NULL,
  head_name TEXT NOT NULL,
  head_initials TEXT NOT NULL,
  member_count INTEGER NOT NULL,
  household_type TEXT NOT NULL,
  grid_id TEXT,
  status TEXT NOT NULL,
  monitored TEXT NOT NULL,
  category TEXT,
  identified_on TEXT,
  version BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX household_code ON household (code);
CREATE INDEX household_village ON household (village, id);
CREATE INDEX household_monitored ON household (monitored, village);
CREATE INDEX household_head ON household (head_name);
CREATE INDEX household_initials ON household (head_initials);

CREATE TABLE household_version (
  household_id TEXT NOT NULL,
  version BIGINT NOT NULL,
  effective_on TEXT NOT NULL,
  recorded_at BIGINT NOT NULL,
  reason TEXT NOT NULL,
  source TEXT NOT NULL,
  collected_by TEXT NOT NULL,
  entered_by TEXT NOT NULL,
  reviewed_by TEXT NOT NULL,
  account_id TEXT NOT NULL,
  file_sealed {blob} NOT NULL,
  PRIMARY KEY (household_id, version)
);

CREATE TABLE member (
  id TEXT PRIMARY KEY,
  household_id TEXT NOT NULL,
  village TEXT NOT NULL,
  name TEXT NOT NULL,
  initials TEXT NOT NULL,
  number_index TEXT,
  sex TEXT NOT NULL,
  birth_on TEXT,
  relation TEXT NOT NULL,
  status TEXT NOT NULL
);
CREATE INDEX member_household ON member (household_id);
CREATE INDEX member_number ON member (number_index);
CREATE INDEX member_name ON member (name);
CREATE INDEX member_initials ON member (initials);

CREATE TABLE episode (
  id TEXT PRIMARY KEY,
  household_id TEXT NOT NULL,
  village TEXT NOT NULL,
  category TEXT NOT NULL,
  status TEXT NOT NULL,
  identified_on TEXT NOT NULL,
  cleared_on TEXT,
  clearance_way TEXT,
  origin TEXT NOT NULL,
  casefile_id TEXT,
  risks TEXT NOT NULL,
  evidence_note TEXT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX episode_household ON episode (household_id);

CREATE TABLE lead (
  id TEXT PRIMARY KEY,
  household_id TEXT,
  village TEXT NOT NULL,
  reported_name TEXT NOT NULL,
  channel TEXT NOT NULL,
  discovery_mode TEXT NOT NULL,
  received_on TEXT NOT NULL,
  recorded_at BIGINT NOT NULL,
  description_sealed {blob} NOT NULL,
  reporter TEXT NOT NULL,
  means TEXT,
  proxy TEXT,
  risks TEXT NOT NULL,
  status TEXT NOT NULL,
  outcome TEXT,
  outcome_reason TEXT,
  concluded_on TEXT,
  concluded_by TEXT,
  verified_by TEXT,
  casefile_id TEXT,
  merged_into TEXT,
  account_id TEXT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX lead_household ON lead (household_id);
CREATE INDEX lead_village ON lead (village, status);

CREATE TABLE casefile (
  id TEXT PRIMARY KEY,
  household_id TEXT NOT NULL,
  village TEXT NOT NULL,
  pack_id TEXT NOT NULL,
  pack_version INTEGER NOT NULL,
  stage TEXT NOT NULL,
  category TEXT,
  clock_from TEXT NOT NULL,
  deadline_on TEXT,
  decided_on TEXT,
  opened_on TEXT NOT NULL,
  open_steps TEXT NOT NULL,
  document_sealed {blob} NOT NULL,
  version BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX casefile_village ON casefile (village, stage);
CREATE INDEX casefile_household ON casefile (household_id);
CREATE INDEX casefile_deadline ON casefile (stage, deadline_on);

CREATE TABLE casefile_event (
  casefile_id TEXT NOT NULL,
  seq BIGINT NOT NULL,
  kind TEXT NOT NULL,
  step TEXT,
  summary TEXT NOT NULL,
  occurred_on TEXT NOT NULL,
  recorded_at BIGINT NOT NULL,
  recorded_on TEXT NOT NULL,
  account_id TEXT NOT NULL,
  by_name TEXT NOT NULL,
  deputy_of TEXT,
  PRIMARY KEY (casefile_id, seq)
);

CREATE TABLE appraisal (
  id TEXT PRIMARY KEY,
  village TEXT NOT NULL,
  held_on TEXT NOT NULL,
  place TEXT NOT NULL,
  chair TEXT NOT NULL,
  recorder TEXT NOT NULL,
  attendance TEXT NOT NULL,
  minutes_sealed {blob} NOT NULL,
  recorded_at BIGINT NOT NULL,
  account_id TEXT NOT NULL
);
CREATE INDEX appraisal_village ON appraisal (village);

CREATE TABLE notice (
  id TEXT PRIMARY KEY,
  village TEXT NOT NULL,
  title TEXT NOT NULL,
  posted_on TEXT NOT NULL,
  place TEXT NOT NULL,
  days_required INTEGER NOT NULL,
  may_close_from TEXT NOT NULL,
  clause TEXT,
  recorded_at BIGINT NOT NULL,
  account_id TEXT NOT NULL
);
CREATE INDEX notice_village ON notice (village, posted_on);

CREATE TABLE notice_item (
  notice_id TEXT NOT NULL,
  casefile_id TEXT NOT NULL,
  household_id TEXT NOT NULL,
  head_name TEXT NOT NULL,
  category TEXT,
  PRIMARY KEY (notice_id, casefile_id)
);

CREATE TABLE objection (
  id TEXT PRIMARY KEY,
  notice_id TEXT NOT NULL,
  casefile_id TEXT NOT NULL,
  village TEXT NOT NULL,
  received_on TEXT NOT NULL,
  content_sealed {blob} NOT NULL,
  anonymous BOOLEAN NOT NULL,
  objector_sealed {blob},
  about_official BOOLEAN NOT NULL,
  status TEXT NOT NULL,
  answer_sealed {blob},
  upheld BOOLEAN,
  answered_on TEXT,
  handled_by TEXT,
  handled_level TEXT,
  account_id TEXT NOT NULL,
  recorded_at BIGINT NOT NULL
);
CREATE INDEX objection_notice ON objection (notice_id);

CREATE TABLE account (
  id TEXT PRIMARY KEY,
  login_name TEXT NOT NULL UNIQUE,
  display_name TEXT NOT NULL,
  division TEXT,
  department TEXT,
  password_hash TEXT NOT NULL,
  password_history TEXT NOT NULL,
  password_changed_at BIGINT NOT NULL,
  must_change_password BOOLEAN NOT NULL,
  totp_sealed {blob},
  totp_confirmed BOOLEAN NOT NULL,
  totp_last_step BIGINT NOT NULL,
  failed_count INTEGER NOT NULL,
  locked_until BIGINT NOT NULL,
  disabled BOOLEAN NOT NULL,
  disabled_reason TEXT,
  last_sign_in_at BIGINT,
  created_at BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX account_division ON account (division);

CREATE TABLE account_role (
  account_id TEXT NOT NULL,
  role TEXT NOT NULL,
  PRIMARY KEY (account_id, role)
);

CREATE TABLE deputy (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL,
  deputy_id TEXT NOT NULL,
  from_on TEXT NOT NULL,
  to_on TEXT NOT NULL,
  reason TEXT NOT NULL,
  recorded_at BIGINT NOT NULL
);
CREATE INDEX deputy_deputy ON deputy (deputy_id);

CREATE TABLE session (
  token_digest TEXT PRIMARY KEY,
  account_id TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  last_seen_at BIGINT NOT NULL
);
CREATE INDEX session_account ON session (account_id);

CREATE TABLE audit_head (
  chain TEXT PRIMARY KEY,
  seq BIGINT NOT NULL,
  hash TEXT NOT NULL
);

CREATE TABLE audit_record (
  chain TEXT NOT NULL,
  seq BIGINT NOT NULL,
  at_millis BIGINT NOT NULL,
  account_id TEXT NOT NULL,
  operation TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (chain, seq)
);
CREATE INDEX audit_record_at ON audit_record (at_millis);

CREATE TABLE audit_checkpoint (
  chain TEXT NOT NULL,
  seq BIGINT NOT NULL,
  hash TEXT NOT NULL,
  at_millis BIGINT NOT NULL,
  signature TEXT NOT NULL,
  PRIMARY KEY (chain, seq)
);

CREATE TABLE attachment (
  id TEXT PRIMARY KEY,
  subject_kind TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  village TEXT NOT NULL,
  code TEXT NOT NULL,
  file_name_sealed {blob} NOT NULL,
  media_type TEXT NOT NULL,
  size_bytes BIGINT NOT NULL,
  digest TEXT NOT NULL,
  account_id TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX attachment_subject ON attachment (subject_kind, subject_id);

CREATE TABLE import_batch (
  id TEXT PRIMARY KEY,
  file_name TEXT NOT NULL,
  file_digest TEXT NOT NULL,
  layout TEXT NOT NULL,
  division TEXT NOT NULL,
  status TEXT NOT NULL,
  phase TEXT NOT NULL,
  done BIGINT NOT NULL,
  total BIGINT NOT NULL,
  cancel_requested BOOLEAN NOT NULL,
  conflict_rule TEXT NOT NULL,
  summary TEXT NOT NULL,
  readings TEXT NOT NULL,
  mapping TEXT NOT NULL,
  failure TEXT,
  duplicate_of TEXT,
  account_id TEXT NOT NULL,
  created_by TEXT NOT NULL,
  merged_by TEXT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX import_batch_digest ON import_batch (file_digest);
CREATE INDEX import_batch_division ON import_batch (division);

-- One staged household: what the file says of it. Once merged it carries the
-- household it became and keeps what the office said beyond the file.
CREATE TABLE import_household (
  batch_id TEXT NOT NULL,
  seq BIGINT NOT NULL,
  household_code TEXT,
  village TEXT NOT NULL,
  head_name TEXT NOT NULL,
  persons INTEGER NOT NULL,
  verdict TEXT NOT NULL,
  household_id TEXT,
  content_sealed {blob} NOT NULL,
  merged BOOLEAN NOT NULL,
  PRIMARY KEY (batch_id, seq)
);
CREATE INDEX import_household_household ON import_household (household_id);

CREATE TABLE import_finding (
  batch_id TEXT NOT NULL,
  seq BIGINT NOT NULL,
  sheet TEXT NOT NULL,
  row_number BIGINT NOT NULL,
  column_letter TEXT NOT NULL,
  header TEXT NOT NULL,
  code TEXT NOT NULL,
  severity TEXT NOT NULL,
  detail_sealed {blob} NOT NULL,
  PRIMARY KEY (batch_id, seq)
);
CREATE INDEX import_finding_code ON import_finding (batch_id, code);

CREATE TABLE import_mapping (
  id TEXT PRIMARY KEY,
  layout TEXT NOT NULL,
  name TEXT NOT NULL,
  mapping TEXT NOT NULL,
  account_id TEXT NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE pack_in_force (
  id TEXT PRIMARY KEY,
  pack_id TEXT NOT NULL,
  pack_version INTEGER NOT NULL,
  jurisdiction TEXT NOT NULL,
  from_on TEXT NOT NULL,
  note TEXT NOT NULL,
  account_id TEXT NOT NULL,
  recorded_at BIGINT NOT NULL
);

CREATE TABLE setting (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
);
