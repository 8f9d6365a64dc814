//! Routes of the area `division`.

use app::division::{DivisionView, GridView, NewGrid, VillageRecordSummary, VillageRecordView};
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
        .routes(routes!(children))
        .routes(routes!(search))
        .routes(routes!(read))
        .routes(routes!(village_record))
        .routes(routes!(village_records))
        .routes(routes!(grids, add_grid))
}

/// Children of a division in scope; without a parent, the root of the own subtree.
#[utoipa::path(
    get,
    path = "/divisions",
    tag = "division",
    params(OfParent),
    responses((status = 200, body = Vec<DivisionView>), (status = "4XX", body = Problem)),
)]
async fn children(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Query(query): Query<OfParent>,
) -> Answer<Vec<DivisionView>> {
    answer(app.divisions(&me, query.parent).await)
}

/// Divisions in scope by name, initials or code.
#[utoipa::path(
    get,
    path = "/divisions/search",
    tag = "division",
    params(SearchText),
    responses((status = 200, body = Vec<DivisionView>), (status = "4XX", body = Problem)),
)]
async fn search(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Query(query): Query<SearchText>,
) -> Answer<Vec<DivisionView>> {
    answer(app.search_divisions(&me, &query.q).await)
}

/// One division with its path.
#[utoipa::path(
    get,
    path = "/divisions/{code}",
    tag = "division",
    params(("code" = String, Path)),
    responses((status = 200, body = DivisionView), (status = "4XX", body = Problem)),
)]
async fn read(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(code): Path<DivisionCode>,
) -> Answer<DivisionView> {
    answer(app.division(&me, code).await)
}

/// A village as a whole: what its office reported beside what the register counts.
#[utoipa::path(
    get,
    path = "/divisions/{code}/village-record",
    tag = "division",
    params(("code" = String, Path)),
    responses((status = 200, body = VillageRecordView), (status = "4XX", body = Problem)),
)]
async fn village_record(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(code): Path<DivisionCode>,
) -> Answer<VillageRecordView> {
    answer(app.village_record(&me, code).await)
}

/// The villages of a township or county, with what was reported and what is counted.
#[utoipa::path(
    get,
    path = "/divisions/{code}/village-records",
    tag = "division",
    params(("code" = String, Path)),
    responses((status = 200, body = Vec<VillageRecordSummary>), (status = "4XX", body = Problem)),
)]
async fn village_records(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(code): Path<DivisionCode>,
) -> Answer<Vec<VillageRecordSummary>> {
    answer(app.village_record_list(&me, code).await)
}

/// Grids of the villages in scope.
#[utoipa::path(
    get,
    path = "/grids",
    tag = "division",
    params(GridsOf),
    responses((status = 200, body = Vec<GridView>), (status = "4XX", body = Problem)),
)]
async fn grids(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Query(query): Query<GridsOf>,
) -> Answer<Vec<GridView>> {
    answer(app.grids(&me, query.village).await)
}

/// Adds a grid under a village.
#[utoipa::path(
    post,
    path = "/grids",
    tag = "division",
    request_body = NewGrid,
    responses((status = 200, body = Vec<GridView>), (status = "4XX", body = Problem)),
)]
async fn add_grid(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Body(form): Body<NewGrid>,
) -> Answer<Vec<GridView>> {
    answer(app.add_grid(&me, form).await)
}

/// Children of which division.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct OfParent {
    #[param(value_type = Option<String>)]
    parent: Option<DivisionCode>,
}

/// Name, initials or code of a division; divisions are public.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct SearchText {
    q: String,
}

/// Narrowed to a village.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct GridsOf {
    #[param(value_type = Option<String>)]
    village: Option<DivisionCode>,
}
