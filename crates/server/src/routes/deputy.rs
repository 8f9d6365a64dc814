//! Standing in for a colleague: proposed by one, granted by another.

use app::account::{DeputyView, NewDeputy, RoleDecision};
use app::{PageView, Window};
use axum::extract::{Path, Query, State as AxumState};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::State;
use crate::problem::{Answer, Problem, answer};
use crate::session::{Body, Signed};

/// Routes of this area.
pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(deputies, propose_deputy))
        .routes(routes!(deputy_list))
        .routes(routes!(decide_deputy))
        .routes(routes!(withdraw_deputy))
}

/// Deputies of an account.
#[utoipa::path(
    get,
    path = "/accounts/{id}/deputies",
    tag = "account",
    params(("id" = String, Path)),
    responses((status = 200, body = Vec<DeputyView>), (status = "4XX", body = Problem)),
)]
async fn deputies(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
) -> Answer<Vec<DeputyView>> {
    answer(app.deputies(&me, &id).await)
}

/// Proposes a deputy with dates; it holds once a security administrator granted it.
#[utoipa::path(
    post,
    path = "/accounts/{id}/deputies",
    tag = "account",
    params(("id" = String, Path)),
    request_body = NewDeputy,
    responses((status = 200, body = DeputyView), (status = "4XX", body = Problem)),
)]
async fn propose_deputy(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
    Body(form): Body<NewDeputy>,
) -> Answer<DeputyView> {
    answer(app.propose_deputy(&me, &id, form).await)
}

/// Proposed and granted deputies, open ones first.
#[utoipa::path(
    get,
    path = "/deputies",
    tag = "account",
    params(DeputyQuery),
    responses((status = 200, body = PageView<DeputyView>), (status = "4XX", body = Problem)),
)]
async fn deputy_list(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Query(query): Query<DeputyQuery>,
) -> Answer<PageView<DeputyView>> {
    let window = Window::new(query.limit, query.cursor.as_deref());
    answer(app.deputy_list(&me, query.status.as_deref(), window).await)
}

/// Grants or refuses a deputy.
#[utoipa::path(
    post,
    path = "/deputies/{id}/decide",
    tag = "account",
    params(("id" = String, Path)),
    request_body = RoleDecision,
    responses((status = 200, body = DeputyView), (status = "4XX", body = Problem)),
)]
async fn decide_deputy(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
    Body(form): Body<RoleDecision>,
) -> Answer<DeputyView> {
    answer(app.decide_deputy(&me, &id, form).await)
}

/// Ends a deputy at once, or takes the proposal back.
#[utoipa::path(
    post,
    path = "/deputies/{id}/withdraw",
    tag = "account",
    params(("id" = String, Path)),
    request_body = DeputyEnd,
    responses((status = 200, body = DeputyView), (status = "4XX", body = Problem)),
)]
async fn withdraw_deputy(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
    Body(form): Body<DeputyEnd>,
) -> Answer<DeputyView> {
    answer(app.withdraw_deputy(&me, &id, &form.reason).await)
}

/// Why a deputy ends.
#[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
struct DeputyEnd {
    reason: String,
}

/// Filters of the list of deputies.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct DeputyQuery {
    /// `requested`, `granted`, `refused` or `withdrawn`.
    status: Option<String>,
    limit: Option<u64>,
    cursor: Option<String>,
}
