//! The service in process, through its real router: one integration test
//! binary for the crate.

mod accounts;
mod adoptions;
mod attachments;
mod clock;
mod corrections;
mod double_decision;
mod duplicates;
mod evidence;
mod exports;
mod forms;
mod hostile;
mod journey;
mod keys;
mod lead_corrections;
mod leads;
mod listings;
mod monitoring_line;
mod monitoring_line_back;
mod papers;
mod place;
mod posts;
mod probes;
mod refusals;
mod saved_views;
mod snapshot;
mod story;
mod submission_list;
mod submission_list_frozen;
mod submission_list_monthly;
mod submission_list_whole;
mod test_app;
mod transport;
mod variants;
mod wengyuan;
