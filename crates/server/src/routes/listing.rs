//! Lists taken along as workbooks: what the page shows and no more. Posted, so
//! that no name or number that filters stands in an address.

use app::audit::AuditListQuery;
use app::casefile::CasefileListQuery;
use app::household::HouseholdSearch;
use app::lead::LeadListQuery;
use app::listing::{ListExport, ListFile};
use app::notice::NoticeListQuery;
use app::supervision::OverdueListQuery;
use axum::extract::State as AxumState;
use axum::http::HeaderValue;
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::exchange::streamed;
use crate::State;
use crate::problem::Problem;
use crate::session::{Body, Signed};

/// Rows of the workbook, so that the page can say how many.
const ROWS: &str = "x-shouwang-rows";

/// Routes of this area.
pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(households))
        .routes(routes!(leads))
        .routes(routes!(casefiles))
        .routes(routes!(notices))
        .routes(routes!(overdue))
        .routes(routes!(audit))
}

fn sent(name: &str, list: ListFile) -> Result<Response, Problem> {
    let mut response = streamed(name, list.file)?;
    response
        .headers_mut()
        .insert(ROWS, HeaderValue::from(list.rows));
    Ok(response)
}

/// Takes the households a search finds along as a workbook.
#[utoipa::path(
    post,
    path = "/households/export",
    tag = "household",
    request_body = ListExport<HouseholdSearch>,
    responses((status = 200, content_type = "application/octet-stream"), (status = "4XX", body = Problem)),
)]
async fn households(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Body(form): Body<ListExport<HouseholdSearch>>,
) -> Result<Response, Problem> {
    sent("households.xlsx", app.export_list(&me, form).await?)
}

/// Takes the list of leads along as a workbook.
#[utoipa::path(
    post,
    path = "/leads/export",
    tag = "lead",
    request_body = ListExport<LeadListQuery>,
    responses((status = 200, content_type = "application/octet-stream"), (status = "4XX", body = Problem)),
)]
async fn leads(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Body(form): Body<ListExport<LeadListQuery>>,
) -> Result<Response, Problem> {
    sent("leads.xlsx", app.export_list(&me, form).await?)
}

/// Takes the list of casefiles along as a workbook.
#[utoipa::path(
    post,
    path = "/casefiles/export",
    tag = "casefile",
    request_body = ListExport<CasefileListQuery>,
    responses((status = 200, content_type = "application/octet-stream"), (status = "4XX", body = Problem)),
)]
async fn casefiles(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Body(form): Body<ListExport<CasefileListQuery>>,
) -> Result<Response, Problem> {
    sent("casefiles.xlsx", app.export_list(&me, form).await?)
}

/// Takes the list of notices along as a workbook.
#[utoipa::path(
    post,
    path = "/notices/export",
    tag = "notice",
    request_body = ListExport<NoticeListQuery>,
    responses((status = 200, content_type = "application/octet-stream"), (status = "4XX", body = Problem)),
)]
async fn notices(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Body(form): Body<ListExport<NoticeListQuery>>,
) -> Result<Response, Problem> {
    sent("notices.xlsx", app.export_list(&me, form).await?)
}

/// Takes the overdue list along as a workbook, masked as it is.
#[utoipa::path(
    post,
    path = "/supervision/overdue/export",
    tag = "supervision",
    request_body = ListExport<OverdueListQuery>,
    responses((status = 200, content_type = "application/octet-stream"), (status = "4XX", body = Problem)),
)]
async fn overdue(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Body(form): Body<ListExport<OverdueListQuery>>,
) -> Result<Response, Problem> {
    sent("overdue.xlsx", app.export_list(&me, form).await?)
}

/// Takes the list of audit records along as a workbook.
#[utoipa::path(
    post,
    path = "/audit/export",
    tag = "audit",
    request_body = ListExport<AuditListQuery>,
    responses((status = 200, content_type = "application/octet-stream"), (status = "4XX", body = Problem)),
)]
async fn audit(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Body(form): Body<ListExport<AuditListQuery>>,
) -> Result<Response, Problem> {
    sent("audit.xlsx", app.export_list(&me, form).await?)
}
