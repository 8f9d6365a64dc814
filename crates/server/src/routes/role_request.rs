//! Requests for posts: asked for by one administrator, decided by another.

use app::account::{NewRoleRequest, RoleDecision, RoleRequestView};
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
        .routes(routes!(requests))
        .routes(routes!(request))
        .routes(routes!(decide))
        .routes(routes!(withdraw))
}

/// Requests for posts, open ones first.
#[utoipa::path(
    get,
    path = "/role-requests",
    tag = "account",
    params(RoleRequestQuery),
    responses((status = 200, body = PageView<RoleRequestView>), (status = "4XX", body = Problem)),
)]
async fn requests(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Query(query): Query<RoleRequestQuery>,
) -> Answer<PageView<RoleRequestView>> {
    let window = Window::new(query.limit, query.cursor.as_deref());
    answer(
        app.role_requests(&me, query.status.as_deref(), window)
            .await,
    )
}

/// Asks for a post for an account: a first one, or another one.
#[utoipa::path(
    post,
    path = "/accounts/{id}/role-requests",
    tag = "account",
    params(("id" = String, Path)),
    request_body = NewRoleRequest,
    responses((status = 200, body = RoleRequestView), (status = "4XX", body = Problem)),
)]
async fn request(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
    Body(form): Body<NewRoleRequest>,
) -> Answer<RoleRequestView> {
    answer(app.request_role(&me, &id, form).await)
}

/// Grants or refuses a request.
#[utoipa::path(
    post,
    path = "/role-requests/{id}/decide",
    tag = "account",
    params(("id" = String, Path)),
    request_body = RoleDecision,
    responses((status = 200, body = RoleRequestView), (status = "4XX", body = Problem)),
)]
async fn decide(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
    Body(form): Body<RoleDecision>,
) -> Answer<RoleRequestView> {
    answer(app.decide_role(&me, &id, form).await)
}

/// Takes every role from an account, at once.
#[utoipa::path(
    post,
    path = "/accounts/{id}/withdraw-role",
    tag = "account",
    params(("id" = String, Path)),
    request_body = Withdrawal,
    responses((status = 204), (status = "4XX", body = Problem)),
)]
async fn withdraw(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
    Body(form): Body<Withdrawal>,
) -> Result<axum::http::StatusCode, Problem> {
    app.withdraw_role(&me, &id, &form.reason).await?;
    Ok(axum::http::StatusCode::NO_CONTENT)
}

/// Why a role is withdrawn.
#[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
struct Withdrawal {
    reason: String,
}

/// Filters of the list of requests.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct RoleRequestQuery {
    /// `requested`, `granted` or `refused`.
    status: Option<String>,
    limit: Option<u64>,
    cursor: Option<String>,
}
