-- What offices report of a village as a whole (行政村信息). No household and no
-- number of a person: content is JSON by field of the layout. Every change is
-- a new version; the highest one counts.
CREATE TABLE village_record (
  village TEXT NOT NULL,
  version BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL,
  reason TEXT NOT NULL,
  source TEXT NOT NULL,
  entered_by TEXT NOT NULL,
  account_id TEXT NOT NULL,
  content TEXT NOT NULL,
  PRIMARY KEY (village, version)
);

-- One row of the village sheet of a file, until it is merged.
CREATE TABLE import_village (
  batch_id TEXT NOT NULL,
  seq BIGINT NOT NULL,
  village TEXT NOT NULL,
  verdict TEXT NOT NULL,
  content TEXT NOT NULL,
  merged BOOLEAN NOT NULL,
  PRIMARY KEY (batch_id, seq)
);
