//! Routes of the area `account`.

use app::account::{AccountView, Me, NewAccount, OneTimePassword, SignIn, TotpSecret};
use app::demo::{self, DemoInfo, MoveClock};
use app::{PageView, Window};
use axum::extract::{Path, Query, State as AxumState};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use domain::division::DivisionCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::State;
use crate::problem::{Answer, Problem, answer};
use crate::session::{Body, Signed, end_cookie, start_cookie};
use crate::transport::{CameFrom, Transport};

/// Routes of this area.
pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(who))
        .routes(routes!(change_password))
        .routes(routes!(confirm_totp))
        .routes(routes!(demo_info))
        .routes(routes!(accounts, create))
        .routes(routes!(disable))
        .routes(routes!(enable))
        .routes(routes!(reset_password))
        .routes(routes!(sign_in, sign_out))
        .routes(routes!(start_totp))
        .routes(routes!(move_clock))
        .routes(routes!(roles))
}

/// The signed-in account and what it may do.
#[utoipa::path(
    get,
    path = "/session",
    tag = "account",
    responses((status = 200, body = Me), (status = "4XX", body = Problem)),
)]
async fn who(AxumState(app): AxumState<State>, Signed(me): Signed) -> Answer<Me> {
    answer(app.me(&me).await)
}

/// Changes the own password.
#[utoipa::path(
    post,
    path = "/session/password",
    tag = "account",
    request_body = ChangePassword,
    responses((status = 204), (status = "4XX", body = Problem)),
)]
async fn change_password(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Body(form): Body<ChangePassword>,
) -> Result<axum::http::StatusCode, Problem> {
    app.change_password(&me, form.current, form.new).await?;
    Ok(axum::http::StatusCode::NO_CONTENT)
}

/// Confirms the second factor with a first code.
#[utoipa::path(
    post,
    path = "/session/totp/confirm",
    tag = "account",
    request_body = TotpCode,
    responses((status = 204), (status = "4XX", body = Problem)),
)]
async fn confirm_totp(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Body(form): Body<TotpCode>,
) -> Result<axum::http::StatusCode, Problem> {
    app.confirm_totp(&me, &form.code).await?;
    Ok(axum::http::StatusCode::NO_CONTENT)
}

/// Demo accounts, in demo mode only.
#[utoipa::path(
    get,
    path = "/demo",
    tag = "account",
    responses((status = 200, body = DemoInfo), (status = "4XX", body = Problem)),
)]
async fn demo_info(AxumState(app): AxumState<State>) -> Answer<DemoInfo> {
    answer(demo::demo_info(&app).await)
}

/// Accounts, for administrators.
#[utoipa::path(
    get,
    path = "/accounts",
    tag = "account",
    params(AccountQuery),
    responses((status = 200, body = PageView<AccountView>), (status = "4XX", body = Problem)),
)]
async fn accounts(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Query(query): Query<AccountQuery>,
) -> Answer<PageView<AccountView>> {
    answer(
        app.accounts(
            &me,
            query.division,
            Window::new(query.limit, query.cursor.as_deref()),
        )
        .await,
    )
}

/// Opens an account; the one-time password is shown once.
#[utoipa::path(
    post,
    path = "/accounts",
    tag = "account",
    request_body = NewAccount,
    responses((status = 200, body = OneTimePassword), (status = "4XX", body = Problem)),
)]
async fn create(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Body(form): Body<NewAccount>,
) -> Answer<OneTimePassword> {
    answer(app.create_account(&me, form).await)
}

/// Disables an account at once, handing over its place.
#[utoipa::path(
    post,
    path = "/accounts/{id}/disable",
    tag = "account",
    params(("id" = String, Path)),
    request_body = Disable,
    responses((status = 204), (status = "4XX", body = Problem)),
)]
async fn disable(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
    Body(form): Body<Disable>,
) -> Result<axum::http::StatusCode, Problem> {
    app.disable_account(&me, &id, form.hand_over_to, &form.reason)
        .await?;
    Ok(axum::http::StatusCode::NO_CONTENT)
}

/// Lets a disabled account in again.
#[utoipa::path(
    post,
    path = "/accounts/{id}/enable",
    tag = "account",
    params(("id" = String, Path)),
    responses((status = 204), (status = "4XX", body = Problem)),
)]
async fn enable(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
) -> Result<axum::http::StatusCode, Problem> {
    app.enable_account(&me, &id).await?;
    Ok(axum::http::StatusCode::NO_CONTENT)
}

/// Sets a new one-time password.
#[utoipa::path(
    post,
    path = "/accounts/{id}/reset-password",
    tag = "account",
    params(("id" = String, Path)),
    responses((status = 200, body = OneTimePassword), (status = "4XX", body = Problem)),
)]
async fn reset_password(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
) -> Answer<OneTimePassword> {
    answer(app.reset_password(&me, &id).await)
}

/// Signs in; the session is a cookie.
#[utoipa::path(
    post,
    path = "/session",
    tag = "account",
    request_body = SignIn,
    responses((status = 200, body = Me), (status = "4XX", body = Problem)),
)]
async fn sign_in(
    AxumState(app): AxumState<State>,
    Extension(transport): Extension<Transport>,
    CameFrom(address): CameFrom,
    Body(form): Body<SignIn>,
) -> Result<Response, Problem> {
    let token = app.sign_in(form, address).await?;
    let principal = app.principal(&token).await?;
    let me = app.me(&principal).await?;
    Ok((
        [(header::SET_COOKIE, start_cookie(&token, &transport))],
        Json(me),
    )
        .into_response())
}

/// Signs out everywhere.
#[utoipa::path(
    delete,
    path = "/session",
    tag = "account",
    responses((status = 204), (status = "4XX", body = Problem)),
)]
async fn sign_out(
    AxumState(app): AxumState<State>,
    Extension(transport): Extension<Transport>,
    Signed(me): Signed,
) -> Result<Response, Problem> {
    app.sign_out(&me).await?;
    Ok((
        axum::http::StatusCode::NO_CONTENT,
        [(header::SET_COOKIE, end_cookie(&transport))],
    )
        .into_response())
}

/// Starts enrolling a second factor.
#[utoipa::path(
    post,
    path = "/session/totp",
    tag = "account",
    responses((status = 200, body = TotpSecret), (status = "4XX", body = Problem)),
)]
async fn start_totp(AxumState(app): AxumState<State>, Signed(me): Signed) -> Answer<TotpSecret> {
    answer(app.start_totp(&me).await)
}

/// Moves the date, in demo mode only.
#[utoipa::path(
    post,
    path = "/demo/clock",
    tag = "account",
    request_body = MoveClock,
    responses((status = 200, body = Today), (status = "4XX", body = Problem)),
)]
async fn move_clock(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Body(form): Body<MoveClock>,
) -> Answer<Today> {
    answer(
        demo::move_clock(&app, &me, form)
            .await
            .map(|today| Today { today }),
    )
}

/// Roles and their operations.
#[utoipa::path(
    get,
    path = "/roles",
    tag = "account",
    responses((status = 200, body = Vec<RoleView>), (status = "4XX", body = Problem)),
)]
async fn roles(AxumState(app): AxumState<State>, Signed(me): Signed) -> Answer<Vec<RoleView>> {
    if !me.may(domain::account::Operation::RoleRead) {
        return Err(app::AppError::NotPermitted("role.read").into());
    }
    Ok(Json(
        app.roles
            .iter()
            .map(|r| RoleView {
                code: r.code.clone(),
                label: r.label.clone(),
                level: r.level.map(|l| l.as_str().to_owned()),
                operations: r.operations.iter().map(|o| o.as_str().to_owned()).collect(),
            })
            .collect(),
    ))
}

/// Old and new password.
#[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
struct ChangePassword {
    current: String,
    new: String,
}

/// A code of the second factor.
#[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
struct TotpCode {
    code: String,
}

/// The date of the demonstration.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
struct Today {
    today: jiff::civil::Date,
}

/// A role and its operations.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
struct RoleView {
    code: String,
    label: String,
    level: Option<String>,
    operations: Vec<String>,
}

/// Why an account is disabled, and who takes over.
#[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
struct Disable {
    hand_over_to: Option<String>,
    reason: String,
}

/// Filters of the account list.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct AccountQuery {
    #[param(value_type = Option<String>)]
    division: Option<DivisionCode>,
    limit: Option<u64>,
    cursor: Option<String>,
}
