//! Routes of the area `casefile`.

use app::PageView;
use app::casefile::{
    Act, CasefileListQuery, CasefileRow, CasefileView, CorrectionDecision, CorrectionTask,
    CrossCheckAnswer, CrossCheckTask,
};
use axum::extract::{Path, Query, State as AxumState};
use domain::casefile::Refusal;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::State;
use crate::problem::{Answer, Problem, answer};
use crate::session::{Body, Signed};

/// Routes of this area.
pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(read))
        .routes(routes!(act))
        .routes(routes!(preview))
        .routes(routes!(cross_checks))
        .routes(routes!(corrections))
        .routes(routes!(decide_correction))
        .routes(routes!(answer_cross_check))
}

/// Casefiles in scope, nearest deadline first.
#[utoipa::path(
    get,
    path = "/casefiles",
    tag = "casefile",
    params(CasefileListQuery),
    responses((status = 200, body = PageView<CasefileRow>), (status = "4XX", body = Problem)),
)]
async fn list(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Query(query): Query<CasefileListQuery>,
) -> Answer<PageView<CasefileRow>> {
    answer(app.casefiles(&me, query).await)
}

/// One casefile: steps, what to do next, records, timeline.
#[utoipa::path(
    get,
    path = "/casefiles/{id}",
    tag = "casefile",
    params(("id" = String, Path)),
    responses((status = 200, body = CasefileView), (status = "4XX", body = Problem)),
)]
async fn read(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
) -> Answer<CasefileView> {
    answer(app.casefile_view(&me, &id).await)
}

/// Puts an act before a casefile; refused with every guard that stands in the way.
#[utoipa::path(
    post,
    path = "/casefiles/{id}/actions",
    tag = "casefile",
    params(("id" = String, Path)),
    request_body = Act,
    responses((status = 200, body = CasefileView), (status = "4XX", body = Problem)),
)]
async fn act(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
    Body(form): Body<Act>,
) -> Answer<CasefileView> {
    answer(app.act(&me, &id, form).await)
}

/// What would stop a step today.
#[utoipa::path(
    get,
    path = "/casefiles/{id}/preview/{step}",
    tag = "casefile",
    params(("id" = String, Path), ("step" = String, Path)),
    responses((status = 200, body = Vec<Refusal>), (status = "4XX", body = Problem)),
)]
async fn preview(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path((id, step)): Path<(String, String)>,
) -> Answer<Vec<Refusal>> {
    answer(app.preview_step(&me, &id, &step).await)
}

/// Corrections waiting for the signed-in person's level; each listing is audited.
#[utoipa::path(
    get,
    path = "/corrections",
    tag = "casefile",
    responses((status = 200, body = Vec<CorrectionTask>), (status = "4XX", body = Problem)),
)]
async fn corrections(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
) -> Answer<Vec<CorrectionTask>> {
    answer(app.correction_tasks(&me).await)
}

/// Decides a correction, above the level that typed the record.
#[utoipa::path(
    post,
    path = "/casefiles/{id}/corrections/{index}/decision",
    tag = "casefile",
    params(("id" = String, Path), ("index" = usize, Path)),
    request_body = CorrectionDecision,
    responses((status = 200, body = Vec<CorrectionTask>), (status = "4XX", body = Problem)),
)]
async fn decide_correction(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path((id, index)): Path<(String, usize)>,
    Body(form): Body<CorrectionDecision>,
) -> Answer<Vec<CorrectionTask>> {
    answer(app.decide_correction(&me, &id, index, form).await)
}

/// Comparisons waiting for departments' answers; each listing is audited.
#[utoipa::path(
    get,
    path = "/cross-checks",
    tag = "casefile",
    responses((status = 200, body = Vec<CrossCheckTask>), (status = "4XX", body = Problem)),
)]
async fn cross_checks(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
) -> Answer<Vec<CrossCheckTask>> {
    answer(app.cross_check_tasks(&me).await)
}

/// Records a department's answer to a comparison.
#[utoipa::path(
    post,
    path = "/cross-checks/{id}/answers",
    tag = "casefile",
    params(("id" = String, Path)),
    request_body = CrossCheckAnswer,
    responses((status = 200, body = Vec<CrossCheckTask>), (status = "4XX", body = Problem)),
)]
async fn answer_cross_check(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
    Body(form): Body<CrossCheckAnswer>,
) -> Answer<Vec<CrossCheckTask>> {
    answer(app.answer_cross_check(&me, &id, form).await)
}
