//! Routes of the area `monitoring_line`.

use app::monitoring_line::{
    CalculationForm, CalculationView, LineAct, LineView, LinesView, NewLine, WhatIf, WhatIfForm,
};
use axum::extract::{Path, State as AxumState};
use domain::monitoring_line::ReceiptForm;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::State;
use crate::problem::{Answer, Problem, answer};
use crate::session::{Body, Signed};

/// Routes of this area.
pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(calculation))
        .routes(routes!(what_if))
        .routes(routes!(one))
        .routes(routes!(act))
        .routes(routes!(acknowledge))
}

/// Lines by year and jurisdiction, what holds today, and receipts to answer.
#[utoipa::path(
    get,
    path = "/monitoring-lines",
    tag = "monitoring_line",
    responses((status = 200, body = LinesView), (status = "4XX", body = Problem)),
)]
async fn list(AxumState(app): AxumState<State>, Signed(me): Signed) -> Answer<LinesView> {
    answer(app.lines(&me).await)
}

/// Begins the line of a year, or a correction of a published one.
#[utoipa::path(
    post,
    path = "/monitoring-lines",
    tag = "monitoring_line",
    request_body = NewLine,
    responses((status = 200, body = LineView), (status = "4XX", body = Problem)),
)]
async fn create(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Body(form): Body<NewLine>,
) -> Answer<LineView> {
    answer(app.new_line(&me, form).await)
}

/// Computes what a draft comes to, saving nothing.
#[utoipa::path(
    post,
    path = "/monitoring-lines/calculation",
    tag = "monitoring_line",
    request_body = CalculationForm,
    responses((status = 200, body = CalculationView), (status = "4XX", body = Problem)),
)]
async fn calculation(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Body(form): Body<CalculationForm>,
) -> Answer<CalculationView> {
    answer(app.line_calculation(&me, form).await)
}

/// Counts households inside an amount, by division; being inside is no
/// determination.
#[utoipa::path(
    post,
    path = "/monitoring-lines/what-if",
    tag = "monitoring_line",
    request_body = WhatIfForm,
    responses((status = 200, body = WhatIf), (status = "4XX", body = Problem)),
)]
async fn what_if(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Body(form): Body<WhatIfForm>,
) -> Answer<WhatIf> {
    answer(app.line_what_if(&me, form).await)
}

/// One line with its calculation, records and receipts.
#[utoipa::path(
    get,
    path = "/monitoring-lines/{id}",
    tag = "monitoring_line",
    params(("id" = String, Path)),
    responses((status = 200, body = LineView), (status = "4XX", body = Problem)),
)]
async fn one(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
) -> Answer<LineView> {
    answer(app.line(&me, &id).await)
}

/// Revises, submits, reviews, approves, files, publishes or withdraws a line.
#[utoipa::path(
    post,
    path = "/monitoring-lines/{id}/actions",
    tag = "monitoring_line",
    params(("id" = String, Path)),
    request_body = LineAct,
    responses((status = 200, body = LineView), (status = "4XX", body = Problem)),
)]
async fn act(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
    Body(form): Body<LineAct>,
) -> Answer<LineView> {
    answer(app.act_on_line(&me, &id, form).await)
}

/// Confirms a published line for the own division: followed, or with an amount
/// of its own.
#[utoipa::path(
    post,
    path = "/monitoring-line-receipts/{id}/acknowledge",
    tag = "monitoring_line",
    params(("id" = String, Path)),
    request_body = ReceiptForm,
    responses((status = 200, body = LineView), (status = "4XX", body = Problem)),
)]
async fn acknowledge(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
    Body(form): Body<ReceiptForm>,
) -> Answer<LineView> {
    answer(app.acknowledge_line(&me, &id, form).await)
}
