-- A month's list may be followed by supplements (补充) of the same month: 0 is
-- the list itself, 1 and on its supplements in order.
ALTER TABLE submission_list ADD COLUMN supplement INTEGER NOT NULL DEFAULT 0;
DROP INDEX submission_list_period;
CREATE UNIQUE INDEX submission_list_period ON submission_list (area, code, period, supplement)
  WHERE period IS NOT NULL AND stage <> 'withdrawn' AND stage <> 'returned';
