//! Routes of the area `household`.

use app::PageView;
use app::household::{
    ChangeHousehold, HouseholdRowView, HouseholdSearch, HouseholdView, NewHousehold, Reveal,
    Revealed, SavedHousehold, VersionView,
};
use axum::extract::{Path, Query, State as AxumState};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::State;
use crate::problem::{Answer, Problem, answer};
use crate::session::{Body, Signed};

/// Routes of this area.
pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(search))
        .routes(routes!(add))
        .routes(routes!(read))
        .routes(routes!(versions))
        .routes(routes!(version))
        .routes(routes!(change))
        .routes(routes!(reveal))
}

/// Searches households in scope; posted so that no name or number stands in an address.
#[utoipa::path(
    post,
    path = "/households/search",
    tag = "household",
    request_body = HouseholdSearch,
    responses((status = 200, body = PageView<HouseholdRowView>), (status = "4XX", body = Problem)),
)]
async fn search(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Body(form): Body<HouseholdSearch>,
) -> Answer<PageView<HouseholdRowView>> {
    answer(app.search_households(&me, form).await)
}

/// Adds a household by hand.
#[utoipa::path(
    post,
    path = "/households",
    tag = "household",
    request_body = NewHousehold,
    responses((status = 200, body = SavedHousehold), (status = "4XX", body = Problem)),
)]
async fn add(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Body(form): Body<NewHousehold>,
) -> Answer<SavedHousehold> {
    answer(app.add_household(&me, form).await)
}

/// The file of a household, now or as it stood on a day.
#[utoipa::path(
    get,
    path = "/households/{id}",
    tag = "household",
    params(("id" = String, Path), AsOf),
    responses((status = 200, body = HouseholdView), (status = "4XX", body = Problem)),
)]
async fn read(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
    Query(query): Query<AsOf>,
) -> Answer<HouseholdView> {
    answer(app.household(&me, &id, query.as_of, query.known_on).await)
}

/// Versions of the file, newest first.
#[utoipa::path(
    get,
    path = "/households/{id}/versions",
    tag = "household",
    params(("id" = String, Path)),
    responses((status = 200, body = Vec<VersionView>), (status = "4XX", body = Problem)),
)]
async fn versions(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
) -> Answer<Vec<VersionView>> {
    answer(app.household_versions(&me, &id).await)
}

/// One version of the file.
#[utoipa::path(
    get,
    path = "/households/{id}/versions/{version}",
    tag = "household",
    params(("id" = String, Path), ("version" = String, Path)),
    responses((status = 200, body = HouseholdView), (status = "4XX", body = Problem)),
)]
async fn version(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path((id, version)): Path<(String, i64)>,
) -> Answer<HouseholdView> {
    answer(app.household_version(&me, &id, version).await)
}

/// Changes a household: births, deaths, moves, splits, merges, contact, income, assurances.
#[utoipa::path(
    post,
    path = "/households/{id}/changes",
    tag = "household",
    params(("id" = String, Path)),
    request_body = ChangeHousehold,
    responses((status = 200, body = SavedHousehold), (status = "4XX", body = Problem)),
)]
async fn change(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
    Body(form): Body<ChangeHousehold>,
) -> Answer<SavedHousehold> {
    answer(app.change_household(&me, &id, form).await)
}

/// Shows masked fields to a person who says why; audited.
#[utoipa::path(
    post,
    path = "/households/{id}/reveal",
    tag = "household",
    params(("id" = String, Path)),
    request_body = Reveal,
    responses((status = 200, body = Revealed), (status = "4XX", body = Problem)),
)]
async fn reveal(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
    Body(form): Body<Reveal>,
) -> Answer<Revealed> {
    answer(app.reveal(&me, &id, form).await)
}

/// On which day.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct AsOf {
    as_of: Option<jiff::civil::Date>,
    /// Leaves out what was recorded after this day.
    known_on: Option<jiff::civil::Date>,
}
