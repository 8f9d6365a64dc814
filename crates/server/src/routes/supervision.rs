//! Routes of the area `supervision`.

use app::PageView;
use app::casefile::CasefileView;
use app::supervision::{OpenPurpose, OverdueListQuery, OverdueRow, SupervisionView};
use app::workbench::Workbench;
use axum::extract::{Path, Query, State as AxumState};
use domain::division::DivisionCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::State;
use crate::problem::{Answer, Problem, answer};
use crate::session::{Body, Signed};

/// Routes of this area.
pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(workbench))
        .routes(routes!(overview))
        .routes(routes!(overdue))
        .routes(routes!(open))
}

/// What the signed-in person must do today, nearest deadline first.
#[utoipa::path(
    get,
    path = "/workbench",
    tag = "supervision",
    responses((status = 200, body = Workbench), (status = "4XX", body = Problem)),
)]
async fn workbench(AxumState(app): AxumState<State>, Signed(me): Signed) -> Answer<Workbench> {
    answer(app.workbench(&me).await)
}

/// Counts by child division and by step.
#[utoipa::path(
    get,
    path = "/supervision",
    tag = "supervision",
    params(OfDivision),
    responses((status = 200, body = SupervisionView), (status = "4XX", body = Problem)),
)]
async fn overview(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Query(query): Query<OfDivision>,
) -> Answer<SupervisionView> {
    answer(app.supervision(&me, query.division).await)
}

/// Overdue cases in scope, masked.
#[utoipa::path(
    get,
    path = "/supervision/overdue",
    tag = "supervision",
    params(OverdueListQuery),
    responses((status = 200, body = PageView<OverdueRow>), (status = "4XX", body = Problem)),
)]
async fn overdue(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Query(query): Query<OverdueListQuery>,
) -> Answer<PageView<OverdueRow>> {
    answer(app.overdue(&me, query).await)
}

/// Opens a case for supervision, masked, with an audited purpose.
#[utoipa::path(
    post,
    path = "/supervision/casefiles/{id}/open",
    tag = "supervision",
    params(("id" = String, Path)),
    request_body = OpenPurpose,
    responses((status = 200, body = CasefileView), (status = "4XX", body = Problem)),
)]
async fn open(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
    Body(form): Body<OpenPurpose>,
) -> Answer<CasefileView> {
    answer(app.open_for_supervision(&me, &id, form).await)
}

/// Narrowed to a division.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct OfDivision {
    #[param(value_type = Option<String>)]
    division: Option<DivisionCode>,
}
