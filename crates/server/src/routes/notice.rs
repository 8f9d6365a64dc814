//! Routes of the area `notice`.

use app::PageView;
use app::notice::{
    AnswerObjection, AppraisalView, BulkResult, NewAppraisal, NewNotice, NewObjection,
    NoticeListQuery, NoticePreview, NoticeView,
};
use axum::extract::{Path, Query, State as AxumState};
use domain::division::DivisionCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::State;
use crate::problem::{Answer, Problem, answer};
use crate::session::{Body, Signed};

/// Routes of this area.
pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(appraisals, record_appraisal))
        .routes(routes!(list, post_notice))
        .routes(routes!(preview))
        .routes(routes!(read))
        .routes(routes!(print))
        .routes(routes!(file_objection))
        .routes(routes!(answer_objection))
}

/// Meetings of democratic appraisal in scope, newest first.
#[utoipa::path(
    get,
    path = "/appraisals",
    tag = "notice",
    params(OfVillage),
    responses((status = 200, body = Vec<AppraisalView>), (status = "4XX", body = Problem)),
)]
async fn appraisals(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Query(query): Query<OfVillage>,
) -> Answer<Vec<AppraisalView>> {
    answer(app.appraisals(&me, query.village).await)
}

/// Records a meeting and its result for each household.
#[utoipa::path(
    post,
    path = "/appraisals",
    tag = "notice",
    request_body = NewAppraisal,
    responses((status = 200, body = BulkResult), (status = "4XX", body = Problem)),
)]
async fn record_appraisal(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Body(form): Body<NewAppraisal>,
) -> Answer<BulkResult> {
    answer(app.record_appraisal(&me, form).await)
}

/// Public notices in scope, newest first.
#[utoipa::path(
    get,
    path = "/notices",
    tag = "notice",
    params(NoticeListQuery),
    responses((status = 200, body = PageView<NoticeView>), (status = "4XX", body = Problem)),
)]
async fn list(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Query(query): Query<NoticeListQuery>,
) -> Answer<PageView<NoticeView>> {
    answer(app.notices(&me, query).await)
}

/// Posts a notice naming several households.
#[utoipa::path(
    post,
    path = "/notices",
    tag = "notice",
    request_body = NewNotice,
    responses((status = 200, body = NoticeView), (status = "4XX", body = Problem)),
)]
async fn post_notice(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Body(form): Body<NewNotice>,
) -> Answer<NoticeView> {
    answer(app.post_notice(&me, form).await)
}

/// What a notice would say and how each household would fare.
#[utoipa::path(
    post,
    path = "/notices/preview",
    tag = "notice",
    request_body = NewNotice,
    responses((status = 200, body = NoticePreview), (status = "4XX", body = Problem)),
)]
async fn preview(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Body(form): Body<NewNotice>,
) -> Answer<NoticePreview> {
    answer(app.preview_notice(&me, form).await)
}

/// One notice.
#[utoipa::path(
    get,
    path = "/notices/{id}",
    tag = "notice",
    params(("id" = String, Path)),
    responses((status = 200, body = NoticeView), (status = "4XX", body = Problem)),
)]
async fn read(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
) -> Answer<NoticeView> {
    answer(app.notice(&me, &id).await)
}

/// Takes in an objection; it holds that household only.
#[utoipa::path(
    post,
    path = "/notices/{id}/objections",
    tag = "notice",
    params(("id" = String, Path)),
    request_body = NewObjection,
    responses((status = 200, body = NoticeView), (status = "4XX", body = Problem)),
)]
async fn file_objection(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
    Body(form): Body<NewObjection>,
) -> Answer<NoticeView> {
    answer(app.file_objection(&me, &id, form).await)
}

/// Records the answer to an objection, above the village.
#[utoipa::path(
    post,
    path = "/objections/{id}/answer",
    tag = "notice",
    params(("id" = String, Path)),
    request_body = AnswerObjection,
    responses((status = 200, body = NoticeView), (status = "4XX", body = Problem)),
)]
async fn answer_objection(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
    Body(form): Body<AnswerObjection>,
) -> Answer<NoticeView> {
    answer(app.answer_objection(&me, &id, form).await)
}

/// The notice as an A4 page to print and post.
#[utoipa::path(
    get,
    path = "/notices/{id}/print",
    tag = "notice",
    params(("id" = String, Path)),
    responses((status = 200, body = String, content_type = "text/html"), (status = "4XX", body = Problem)),
)]
async fn print(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
) -> Result<axum::response::Html<String>, Problem> {
    Ok(axum::response::Html(app.notice_print(&me, &id).await?))
}

/// Narrowed to a village.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct OfVillage {
    #[param(value_type = Option<String>)]
    village: Option<DivisionCode>,
}
