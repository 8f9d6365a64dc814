-- A request for a post: the system administrator asks, the security
-- administrator grants or refuses. At most one open request an account.
CREATE TABLE role_request (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL,
  role TEXT NOT NULL,
  division TEXT,
  hand_over_to TEXT,
  reason TEXT NOT NULL,
  status TEXT NOT NULL,
  requested_by TEXT NOT NULL,
  requested_at BIGINT NOT NULL,
  decided_by TEXT,
  decided_at BIGINT,
  decision_reason TEXT
);
CREATE UNIQUE INDEX role_request_open ON role_request (account_id) WHERE status = 'requested';
CREATE INDEX role_request_account ON role_request (account_id, requested_at);
CREATE INDEX role_request_status ON role_request (status, requested_at);

-- Why somebody looked: the words, beside the audit record that keeps their
-- keyed digest.
CREATE TABLE purpose (
  chain TEXT NOT NULL,
  seq BIGINT NOT NULL,
  purpose_sealed {blob} NOT NULL,
  PRIMARY KEY (chain, seq)
);
