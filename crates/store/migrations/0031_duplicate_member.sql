-- One document number in two households. Neither writer may learn of the
-- other; the owner is the lowest division above both.
CREATE TABLE duplicate_member (
  id TEXT PRIMARY KEY,
  number_index TEXT NOT NULL,
  household_a TEXT NOT NULL,
  household_b TEXT NOT NULL,
  owner TEXT NOT NULL,
  found_at BIGINT NOT NULL,
  status TEXT NOT NULL,
  closed_by TEXT,
  closed_at BIGINT,
  close_reason TEXT
);
CREATE UNIQUE INDEX duplicate_member_pair ON duplicate_member (number_index, household_a, household_b);
CREATE INDEX duplicate_member_owner ON duplicate_member (owner, status);

-- A 户编号 is unique in its county: a collision must not tell that another
-- county knows the household.
DROP INDEX household_code;
CREATE UNIQUE INDEX household_code ON household (substr(village, 1, 6), code);
CREATE INDEX household_by_code ON household (code);
