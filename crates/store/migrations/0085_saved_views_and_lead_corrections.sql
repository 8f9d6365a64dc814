-- 常用筛选: a person's own filters of a list page under a name. Both may hold a
-- name or a number somebody searched for.
CREATE TABLE saved_view (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL,
  -- The list page it belongs to.
  page TEXT NOT NULL,
  name_sealed {blob} NOT NULL,
  -- JSON: filter by name.
  query_sealed {blob} NOT NULL,
  -- The page opens with it; at most one a page.
  opens_first BOOLEAN NOT NULL,
  saved_at BIGINT NOT NULL
);
CREATE INDEX saved_view_account ON saved_view (account_id, page);

-- A lead's day put right: who, when, what stood before and why.
CREATE TABLE lead_correction (
  id TEXT PRIMARY KEY,
  lead_id TEXT NOT NULL,
  village TEXT NOT NULL,
  old_received_on TEXT NOT NULL,
  new_received_on TEXT NOT NULL,
  reason_sealed {blob} NOT NULL,
  account_id TEXT NOT NULL,
  by_name TEXT NOT NULL,
  recorded_at BIGINT NOT NULL
);
CREATE INDEX lead_correction_lead ON lead_correction (lead_id, recorded_at);

-- The lead's own day, where an earlier one that merged into it moved received_on.
ALTER TABLE lead ADD COLUMN own_received_on TEXT;
