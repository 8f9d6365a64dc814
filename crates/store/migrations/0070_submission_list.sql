-- 名单: what one level sent another, exactly as it was sent. content_sealed is
-- written once; only the stage and the answers move.
CREATE TABLE submission_list (
  id TEXT PRIMARY KEY,
  -- The lower of the two divisions: every household on the list lies inside.
  area TEXT NOT NULL,
  maker TEXT NOT NULL,
  recipient TEXT NOT NULL,
  pack_id TEXT NOT NULL,
  code TEXT NOT NULL,
  -- Running number of the maker's lists of a kind in a year.
  year INTEGER NOT NULL,
  number INTEGER NOT NULL,
  -- 2020-06, where the document adjusts month by month.
  period TEXT,
  stage TEXT NOT NULL,
  submitted_on TEXT NOT NULL,
  acknowledge_by TEXT,
  item_count INTEGER NOT NULL,
  -- SM3 of the content as sealed; it stands in the audit chain as well.
  digest TEXT NOT NULL,
  content_sealed {blob} NOT NULL,
  stage_sealed {blob} NOT NULL,
  account_id TEXT NOT NULL,
  recorded_at BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX submission_list_area ON submission_list (area, submitted_on);
CREATE UNIQUE INDEX submission_list_number ON submission_list (maker, code, year, number);
-- One list of a kind for a month, unless it was taken or sent back.
CREATE UNIQUE INDEX submission_list_period ON submission_list (area, code, period)
  WHERE period IS NOT NULL AND stage <> 'withdrawn' AND stage <> 'returned';

CREATE TABLE submission_list_item (
  list_id TEXT NOT NULL,
  seq BIGINT NOT NULL,
  casefile_id TEXT NOT NULL,
  village TEXT NOT NULL,
  code TEXT NOT NULL,
  -- Keeps the casefile off another list of the kind.
  held BOOLEAN NOT NULL,
  -- Null while the household waits for its answer.
  verdict TEXT,
  answered_on TEXT,
  answer_sealed {blob},
  PRIMARY KEY (list_id, seq)
);
CREATE UNIQUE INDEX submission_list_item_held ON submission_list_item (casefile_id, code) WHERE held = TRUE;
