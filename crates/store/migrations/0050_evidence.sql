-- Evidence: how often the record an attachment supports had been put aside when it was added, and which later
-- attachment took its place. Replaced ones stay.
ALTER TABLE attachment ADD COLUMN round INTEGER;
ALTER TABLE attachment ADD COLUMN replaced_by TEXT;

-- An objection about somebody in office: who, at which level, and the level that handles it.
ALTER TABLE objection ADD COLUMN official_sealed {blob};
ALTER TABLE objection ADD COLUMN official_level TEXT;
ALTER TABLE objection ADD COLUMN handling_level TEXT;

-- Why an old lead is registered only now.
ALTER TABLE lead ADD COLUMN late_reason_sealed {blob};
