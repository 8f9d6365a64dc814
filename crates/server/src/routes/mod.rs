//! The routes, one module an area. Handlers only translate; use cases decide.

mod account;
mod adoption;
mod attachment;
mod audit;
mod casefile;
mod deputy;
mod division;
mod duplicate;
mod exchange;
mod household;
mod lead;
mod listing;
mod monitoring_line;
mod notice;
mod paper;
mod policy;
mod role_request;
mod saved_view;
mod submission_list;
mod supervision;

use utoipa_axum::router::OpenApiRouter;

use crate::State;

/// All areas.
pub fn all() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .merge(account::routes())
        .merge(attachment::routes())
        .merge(audit::routes())
        .merge(casefile::routes())
        .merge(deputy::routes())
        .merge(division::routes())
        .merge(duplicate::routes())
        .merge(exchange::routes())
        .merge(household::routes())
        .merge(lead::routes())
        .merge(listing::routes())
        .merge(monitoring_line::routes())
        .merge(notice::routes())
        .merge(adoption::routes())
        .merge(paper::routes())
        .merge(policy::routes())
        .merge(role_request::routes())
        .merge(saved_view::routes())
        .merge(submission_list::routes())
        .merge(supervision::routes())
}
