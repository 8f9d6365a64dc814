//! Routes of packs in force, in the area `policy`.

use app::policy::{
    AdoptionPreview, AdoptionTimeline, AdoptionView, ConfirmAdoption, ConfirmEnd, EndAdoption,
    KeepAdoption, NewAdoption, WithdrawAdoption,
};
use axum::extract::{Path, State as AxumState};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::State;
use crate::problem::{Answer, Problem, answer};
use crate::session::{Body, Signed};

/// Routes of this area.
pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(timeline))
        .routes(routes!(draft))
        .routes(routes!(preview))
        .routes(routes!(confirm))
        .routes(routes!(end))
        .routes(routes!(confirm_end))
        .routes(routes!(keep))
        .routes(routes!(withdraw))
}

/// Which packs are in force where, with gaps, overlaps and history.
#[utoipa::path(
    get,
    path = "/policy/adoptions",
    tag = "policy",
    responses((status = 200, body = AdoptionTimeline), (status = "4XX", body = Problem)),
)]
async fn timeline(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
) -> Answer<AdoptionTimeline> {
    answer(app.adoption_timeline(&me).await)
}

/// Writes a draft, which governs nothing yet; policy officers only.
#[utoipa::path(
    post,
    path = "/policy/adoptions",
    tag = "policy",
    request_body = NewAdoption,
    responses((status = 200, body = AdoptionView), (status = "4XX", body = Problem)),
)]
async fn draft(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Body(form): Body<NewAdoption>,
) -> Answer<AdoptionView> {
    answer(app.draft_adoption(&me, form).await)
}

/// What would change, without changing it.
#[utoipa::path(
    post,
    path = "/policy/adoptions/preview",
    tag = "policy",
    request_body = NewAdoption,
    responses((status = 200, body = AdoptionPreview), (status = "4XX", body = Problem)),
)]
async fn preview(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Body(form): Body<NewAdoption>,
) -> Answer<AdoptionPreview> {
    answer(app.preview_adoption(&me, &form).await)
}

/// Puts a draft in force. Overlaps and gaps need a yes of their own.
#[utoipa::path(
    post,
    path = "/policy/adoptions/{id}/confirm",
    tag = "policy",
    params(("id" = String, Path)),
    request_body = ConfirmAdoption,
    responses((status = 200, body = AdoptionView), (status = "4XX", body = Problem)),
)]
async fn confirm(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
    Body(form): Body<ConfirmAdoption>,
) -> Answer<AdoptionView> {
    answer(app.confirm_adoption(&me, &id, form).await)
}

/// Proposes to end what has begun, by a date; another officer confirms.
#[utoipa::path(
    post,
    path = "/policy/adoptions/{id}/end",
    tag = "policy",
    params(("id" = String, Path)),
    request_body = EndAdoption,
    responses((status = 200, body = AdoptionView), (status = "4XX", body = Problem)),
)]
async fn end(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
    Body(form): Body<EndAdoption>,
) -> Answer<AdoptionView> {
    answer(app.end_adoption(&me, &id, form).await)
}

/// Ends an entry as another officer proposed.
#[utoipa::path(
    post,
    path = "/policy/adoptions/{id}/confirm-end",
    tag = "policy",
    params(("id" = String, Path)),
    request_body = ConfirmEnd,
    responses((status = 200, body = AdoptionView), (status = "4XX", body = Problem)),
)]
async fn confirm_end(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
    Body(form): Body<ConfirmEnd>,
) -> Answer<AdoptionView> {
    answer(app.confirm_end(&me, &id, form).await)
}

/// Drops a proposal to end.
#[utoipa::path(
    post,
    path = "/policy/adoptions/{id}/keep",
    tag = "policy",
    params(("id" = String, Path)),
    request_body = KeepAdoption,
    responses((status = 200, body = AdoptionView), (status = "4XX", body = Problem)),
)]
async fn keep(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
    Body(form): Body<KeepAdoption>,
) -> Answer<AdoptionView> {
    answer(app.keep_adoption(&me, &id, form).await)
}

/// Takes back what has not begun.
#[utoipa::path(
    post,
    path = "/policy/adoptions/{id}/withdraw",
    tag = "policy",
    params(("id" = String, Path)),
    request_body = WithdrawAdoption,
    responses((status = 200, body = AdoptionView), (status = "4XX", body = Problem)),
)]
async fn withdraw(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
    Body(form): Body<WithdrawAdoption>,
) -> Answer<AdoptionView> {
    answer(app.withdraw_adoption(&me, &id, form).await)
}
