//! Routes of the area `submission_list`.

use app::PageView;
use app::notice::BulkResult;
use app::submission_list::{
    DrawableList, ListActForm, ListAnswers, NewSubmissionList, SubmissionListQuery,
    SubmissionListSummary, SubmissionListView,
};
use axum::extract::{Path, Query, State as AxumState};
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::exchange::workbook;
use crate::State;
use crate::problem::{Answer, Problem, answer};
use crate::session::{Body, Signed};

/// Routes of this area.
pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list, submit))
        .routes(routes!(drawable))
        .routes(routes!(read))
        .routes(routes!(receive))
        .routes(routes!(send_back))
        .routes(routes!(withdraw))
        .routes(routes!(answer_households))
        .routes(routes!(sheet))
}

/// Lists in scope, newest first.
#[utoipa::path(
    get,
    path = "/submission-lists",
    tag = "submission_list",
    params(SubmissionListQuery),
    responses((status = 200, body = PageView<SubmissionListSummary>), (status = "4XX", body = Problem)),
)]
async fn list(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Query(query): Query<SubmissionListQuery>,
) -> Answer<PageView<SubmissionListSummary>> {
    answer(app.submission_lists(&me, query).await)
}

/// Sends a list; with no household on it, records a month without adjustment.
#[utoipa::path(
    post,
    path = "/submission-lists",
    tag = "submission_list",
    request_body = NewSubmissionList,
    responses((status = 200, body = SubmissionListView), (status = "4XX", body = Problem)),
)]
async fn submit(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Body(form): Body<NewSubmissionList>,
) -> Answer<SubmissionListView> {
    answer(app.submit_list(&me, form).await)
}

/// Lists the own office may draw up now, with who is due on them.
#[utoipa::path(
    get,
    path = "/submission-lists/drawable",
    tag = "submission_list",
    responses((status = 200, body = Vec<DrawableList>), (status = "4XX", body = Problem)),
)]
async fn drawable(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
) -> Answer<Vec<DrawableList>> {
    answer(app.drawable_lists(&me).await)
}

/// One list.
#[utoipa::path(
    get,
    path = "/submission-lists/{id}",
    tag = "submission_list",
    params(("id" = String, Path)),
    responses((status = 200, body = SubmissionListView), (status = "4XX", body = Problem)),
)]
async fn read(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
) -> Answer<SubmissionListView> {
    answer(app.submission_list(&me, &id).await)
}

/// Takes a list in; a list that informs is acknowledged with it.
#[utoipa::path(
    post,
    path = "/submission-lists/{id}/receive",
    tag = "submission_list",
    params(("id" = String, Path)),
    request_body = ListActForm,
    responses((status = 200, body = SubmissionListView), (status = "4XX", body = Problem)),
)]
async fn receive(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
    Body(form): Body<ListActForm>,
) -> Answer<SubmissionListView> {
    answer(app.receive_list(&me, &id, form).await)
}

/// Sends a list back whole, before any answer.
#[utoipa::path(
    post,
    path = "/submission-lists/{id}/return",
    tag = "submission_list",
    params(("id" = String, Path)),
    request_body = ListActForm,
    responses((status = 200, body = SubmissionListView), (status = "4XX", body = Problem)),
)]
async fn send_back(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
    Body(form): Body<ListActForm>,
) -> Answer<SubmissionListView> {
    answer(app.return_list(&me, &id, form).await)
}

/// Takes back a list that nobody has received.
#[utoipa::path(
    post,
    path = "/submission-lists/{id}/withdraw",
    tag = "submission_list",
    params(("id" = String, Path)),
    request_body = ListActForm,
    responses((status = 200, body = SubmissionListView), (status = "4XX", body = Problem)),
)]
async fn withdraw(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
    Body(form): Body<ListActForm>,
) -> Answer<SubmissionListView> {
    answer(app.withdraw_list(&me, &id, form).await)
}

/// Answers households of a list, each by itself.
#[utoipa::path(
    post,
    path = "/submission-lists/{id}/answers",
    tag = "submission_list",
    params(("id" = String, Path)),
    request_body = ListAnswers,
    responses((status = 200, body = BulkResult), (status = "4XX", body = Problem)),
)]
async fn answer_households(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
    Body(form): Body<ListAnswers>,
) -> Answer<BulkResult> {
    answer(app.answer_list(&me, &id, form).await)
}

/// The list as a workbook, exactly as it was sent.
#[utoipa::path(
    get,
    path = "/submission-lists/{id}/list.xlsx",
    tag = "submission_list",
    params(("id" = String, Path)),
    responses((status = 200, content_type = "application/octet-stream"), (status = "4XX", body = Problem)),
)]
async fn sheet(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    Ok(workbook("list.xlsx", app.list_sheet(&me, &id).await?))
}
