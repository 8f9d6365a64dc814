//! Routes of the area `lead`.

use app::PageView;
use app::division::DivisionView;
use app::lead::{
    ComplaintListQuery, ComplaintView, ConcludeLead, ConcludedLead, CorrectLead, HandleComplaint,
    LeadListQuery, LeadView, RegisteredLead,
};
use axum::extract::{Path, Query, State as AxumState};
use domain::division::DivisionCode;
use domain::lead::NewLead;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::State;
use crate::problem::{Answer, Problem, answer};
use crate::session::{Body, Signed};

/// Routes of this area.
pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list, register))
        .routes(routes!(read))
        .routes(routes!(match_household))
        .routes(routes!(conclude))
        .routes(routes!(correct))
        .routes(routes!(complaints))
        .routes(routes!(complaint))
        .routes(routes!(handle_complaint))
        .routes(routes!(forward_places))
}

/// Leads in scope, earliest received first.
#[utoipa::path(
    get,
    path = "/leads",
    tag = "lead",
    params(LeadListQuery),
    responses((status = 200, body = PageView<LeadView>), (status = "4XX", body = Problem)),
)]
async fn list(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Query(query): Query<LeadListQuery>,
) -> Answer<PageView<LeadView>> {
    answer(app.leads(&me, query).await)
}

/// Registers a lead; open leads on one household merge and keep the earliest date.
#[utoipa::path(
    post,
    path = "/leads",
    tag = "lead",
    request_body = NewLead,
    responses((status = 200, body = RegisteredLead), (status = "4XX", body = Problem)),
)]
async fn register(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Body(form): Body<NewLead>,
) -> Answer<RegisteredLead> {
    answer(app.register_lead(&me, form).await)
}

/// One lead.
#[utoipa::path(
    get,
    path = "/leads/{id}",
    tag = "lead",
    params(("id" = String, Path)),
    responses((status = 200, body = LeadView), (status = "4XX", body = Problem)),
)]
async fn read(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
) -> Answer<LeadView> {
    answer(app.lead_view(&me, &id).await)
}

/// Points a lead at the household it is about.
#[utoipa::path(
    post,
    path = "/leads/{id}/match",
    tag = "lead",
    params(("id" = String, Path)),
    request_body = MatchLead,
    responses((status = 200, body = LeadView), (status = "4XX", body = Problem)),
)]
async fn match_household(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
    Body(form): Body<MatchLead>,
) -> Answer<LeadView> {
    answer(app.match_lead(&me, &id, &form.household_id).await)
}

/// Concludes a verified lead.
#[utoipa::path(
    post,
    path = "/leads/{id}/conclude",
    tag = "lead",
    params(("id" = String, Path)),
    request_body = ConcludeLead,
    responses((status = 200, body = ConcludedLead), (status = "4XX", body = Problem)),
)]
async fn conclude(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
    Body(form): Body<ConcludeLead>,
) -> Answer<ConcludedLead> {
    answer(app.conclude_lead(&me, &id, form).await)
}

/// Puts the day of a lead right, with a reason; the clock follows.
#[utoipa::path(
    post,
    path = "/leads/{id}/correct",
    tag = "lead",
    params(("id" = String, Path)),
    request_body = CorrectLead,
    responses((status = 200, body = LeadView), (status = "4XX", body = Problem)),
)]
async fn correct(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
    Body(form): Body<CorrectLead>,
) -> Answer<LeadView> {
    answer(app.correct_lead(&me, &id, form).await)
}

/// Children of a division, anywhere in the installation: where a lead may be sent.
#[utoipa::path(
    get,
    path = "/lead-places",
    tag = "lead",
    params(OfPlace),
    responses((status = 200, body = Vec<DivisionView>), (status = "4XX", body = Problem)),
)]
async fn forward_places(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Query(query): Query<OfPlace>,
) -> Answer<Vec<DivisionView>> {
    answer(app.forward_places(&me, query.parent).await)
}

/// Below which division.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct OfPlace {
    #[param(value_type = Option<String>)]
    parent: Option<DivisionCode>,
}

/// The household a lead is about.
#[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
struct MatchLead {
    household_id: String,
}

/// Complaints of people in office, for those above them; earliest received first.
#[utoipa::path(
    get,
    path = "/complaints",
    tag = "lead",
    params(ComplaintListQuery),
    responses((status = 200, body = PageView<ComplaintView>), (status = "4XX", body = Problem)),
)]
async fn complaints(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Query(query): Query<ComplaintListQuery>,
) -> Answer<PageView<ComplaintView>> {
    answer(app.complaints(&me, query).await)
}

/// One complaint of somebody in office.
#[utoipa::path(
    get,
    path = "/complaints/{id}",
    tag = "lead",
    params(("id" = String, Path)),
    responses((status = 200, body = ComplaintView), (status = "4XX", body = Problem)),
)]
async fn complaint(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
) -> Answer<ComplaintView> {
    answer(app.complaint(&me, &id).await)
}

/// Records what came of a complaint, above the person complained of.
#[utoipa::path(
    post,
    path = "/complaints/{id}/handle",
    tag = "lead",
    params(("id" = String, Path)),
    request_body = HandleComplaint,
    responses((status = 200, body = ComplaintView), (status = "4XX", body = Problem)),
)]
async fn handle_complaint(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
    Body(form): Body<HandleComplaint>,
) -> Answer<ComplaintView> {
    answer(app.handle_complaint(&me, &id, form).await)
}
