-- Standing in for a colleague takes two hands like a post: proposed by one,
-- granted by a security administrator. What was named by one hand alone waits
-- for the other from now on.
ALTER TABLE deputy ADD COLUMN status TEXT NOT NULL DEFAULT 'requested';
ALTER TABLE deputy ADD COLUMN proposed_by TEXT NOT NULL DEFAULT '';
-- The roles that were lent, as they stood when it was granted.
ALTER TABLE deputy ADD COLUMN post TEXT;
ALTER TABLE deputy ADD COLUMN decided_by TEXT;
ALTER TABLE deputy ADD COLUMN decided_at BIGINT;
ALTER TABLE deputy ADD COLUMN decision_reason TEXT;
CREATE INDEX deputy_account ON deputy (account_id);
