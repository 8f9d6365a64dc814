//! Routes of the area `household`.

use app::PageView;
use app::division::DivisionView;
use app::household::{
    ChangeHousehold, EndHandover, HandOverHousehold, HandoverListQuery, HandoverView,
    HouseholdRowView, HouseholdSearch, HouseholdView, MoveOutHousehold, NewHousehold, Reveal,
    Revealed, SavedHousehold, TakeHousehold, VersionView,
};
use axum::extract::{Path, Query, State as AxumState};
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::exchange::streamed;
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
        .routes(routes!(national))
        .routes(routes!(hand_over))
        .routes(routes!(move_out))
        .routes(routes!(handovers))
        .routes(routes!(handover_townships))
        .routes(routes!(take))
        .routes(routes!(refuse_handover))
        .routes(routes!(withdraw_handover))
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

/// One household in the national layout, to be handed over with it.
#[utoipa::path(
    get,
    path = "/households/{id}/national.xlsx",
    tag = "household",
    params(("id" = String, Path)),
    responses((status = 200, content_type = "application/octet-stream"), (status = "4XX", body = Problem)),
)]
async fn national(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    streamed("household.xlsx", app.export_household(&me, &id).await?)
}

/// Hands a household to another township of the county, or moves it to a village of the own scope at once.
#[utoipa::path(
    post,
    path = "/households/{id}/handovers",
    tag = "household",
    params(("id" = String, Path)),
    request_body = HandOverHousehold,
    responses((status = 200, body = HandoverView), (status = "4XX", body = Problem)),
)]
async fn hand_over(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
    Body(form): Body<HandOverHousehold>,
) -> Answer<HandoverView> {
    answer(app.hand_over_household(&me, &id, form).await)
}

/// Ends the file of a household that left the county as a whole.
#[utoipa::path(
    post,
    path = "/households/{id}/move-out",
    tag = "household",
    params(("id" = String, Path)),
    request_body = MoveOutHousehold,
    responses((status = 200, body = SavedHousehold), (status = "4XX", body = Problem)),
)]
async fn move_out(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
    Body(form): Body<MoveOutHousehold>,
) -> Answer<SavedHousehold> {
    answer(app.move_out_household(&me, &id, form).await)
}

/// Handovers out of the own scope or into it, the latest first.
#[utoipa::path(
    get,
    path = "/handovers",
    tag = "household",
    params(HandoverListQuery),
    responses((status = 200, body = PageView<HandoverView>), (status = "4XX", body = Problem)),
)]
async fn handovers(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Query(query): Query<HandoverListQuery>,
) -> Answer<PageView<HandoverView>> {
    answer(app.handovers(&me, query).await)
}

/// Townships of the own county, to hand a household to.
#[utoipa::path(
    get,
    path = "/handovers/townships",
    tag = "household",
    responses((status = 200, body = Vec<DivisionView>), (status = "4XX", body = Problem)),
)]
async fn handover_townships(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
) -> Answer<Vec<DivisionView>> {
    answer(app.handover_townships(&me).await)
}

/// Takes a household that was handed over, into one of the own villages.
#[utoipa::path(
    post,
    path = "/handovers/{id}/accept",
    tag = "household",
    params(("id" = String, Path)),
    request_body = TakeHousehold,
    responses((status = 200, body = HandoverView), (status = "4XX", body = Problem)),
)]
async fn take(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
    Body(form): Body<TakeHousehold>,
) -> Answer<HandoverView> {
    answer(app.take_household(&me, &id, form).await)
}

/// Sends a household back to who handed it over, with a reason.
#[utoipa::path(
    post,
    path = "/handovers/{id}/refuse",
    tag = "household",
    params(("id" = String, Path)),
    request_body = EndHandover,
    responses((status = 200, body = HandoverView), (status = "4XX", body = Problem)),
)]
async fn refuse_handover(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
    Body(form): Body<EndHandover>,
) -> Answer<HandoverView> {
    answer(app.refuse_handover(&me, &id, form).await)
}

/// Takes a handover back before it is answered.
#[utoipa::path(
    post,
    path = "/handovers/{id}/withdraw",
    tag = "household",
    params(("id" = String, Path)),
    request_body = EndHandover,
    responses((status = 200, body = HandoverView), (status = "4XX", body = Problem)),
)]
async fn withdraw_handover(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
    Body(form): Body<EndHandover>,
) -> Answer<HandoverView> {
    answer(app.withdraw_handover(&me, &id, form).await)
}

/// On which day.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct AsOf {
    as_of: Option<jiff::civil::Date>,
    /// Leaves out what was recorded after this day.
    known_on: Option<jiff::civil::Date>,
}
