//! Routes of the area `paper`.

use app::PageView;
use app::paper::{
    DOCX, DecideNameProtection, EndNameProtection, NameProtectionListQuery, NameProtectionView,
    NewNameProtection, PaperFile, PaperListQuery, PaperOption, PaperSubject, PaperTemplateKindView,
    PutTemplateInUse, TemplateUpload,
};
use axum::extract::{Multipart, Path, Query, State as AxumState};
use axum::http::header;
use axum::response::{Html, IntoResponse as _, Response};
use domain::paper::PaperKind;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::State;
use crate::problem::{Answer, Problem, answer};
use crate::session::{Body, Signed};

/// Routes of this area.
pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(document))
        .routes(routes!(print))
        .routes(routes!(templates, upload))
        .routes(routes!(put_in_use))
        .routes(routes!(preview))
        .routes(routes!(file))
        .routes(routes!(protections, request_protection))
        .routes(routes!(decide_protection))
        .routes(routes!(end_protection))
}

/// A file to save under a name that tells nobody's.
fn download(file: PaperFile) -> Response {
    // RFC 5987: the Chinese name in UTF-8, an ASCII one for whoever cannot.
    let name: String = file
        .name
        .bytes()
        .map(|b| match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' => char::from(b).to_string(),
            _ => format!("%{b:02X}"),
        })
        .collect();
    let headers = [
        (header::CONTENT_TYPE, DOCX.to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"paper.docx\"; filename*=UTF-8''{name}"),
        ),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    (headers, file.bytes).into_response()
}

/// Papers possible for a case, a meeting, a notice, a list or a village.
#[utoipa::path(
    get,
    path = "/papers",
    tag = "paper",
    params(PaperListQuery),
    responses((status = 200, body = Vec<PaperOption>), (status = "4XX", body = Problem)),
)]
async fn list(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Query(query): Query<PaperListQuery>,
) -> Answer<Vec<PaperOption>> {
    answer(app.papers(&me, query).await)
}

/// A paper as a Word file, by the county's template in use.
#[utoipa::path(
    get,
    path = "/papers/{subject}/{id}/{kind}/document",
    tag = "paper",
    params(("subject" = PaperSubject, Path), ("id" = String, Path), ("kind" = PaperKind, Path)),
    responses((status = 200, content_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"), (status = "4XX", body = Problem)),
)]
async fn document(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path((subject, id, kind)): Path<(PaperSubject, String, PaperKind)>,
) -> Result<Response, Problem> {
    let file = app.paper_document(&me, subject, &id, kind).await?;
    Ok(download(file))
}

/// A paper as an A4 page for the browser's printer.
#[utoipa::path(
    get,
    path = "/papers/{subject}/{id}/{kind}/print",
    tag = "paper",
    params(("subject" = PaperSubject, Path), ("id" = String, Path), ("kind" = PaperKind, Path)),
    responses((status = 200, body = String, content_type = "text/html"), (status = "4XX", body = Problem)),
)]
async fn print(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path((subject, id, kind)): Path<(PaperSubject, String, PaperKind)>,
) -> Result<Html<String>, Problem> {
    Ok(Html(app.paper_print(&me, subject, &id, kind).await?))
}

/// Every kind of paper with its fields, versions and history in the own county.
#[utoipa::path(
    get,
    path = "/paper-templates",
    tag = "paper",
    responses((status = 200, body = Vec<PaperTemplateKindView>), (status = "4XX", body = Problem)),
)]
async fn templates(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
) -> Answer<Vec<PaperTemplateKindView>> {
    answer(app.paper_templates(&me).await)
}

/// Uploads a version: multipart fields `kind`, `note`, `file`. It is checked
/// and kept, and not in use until somebody says so.
#[utoipa::path(
    post,
    path = "/paper-templates",
    tag = "paper",
    request_body(content = String, content_type = "multipart/form-data"),
    responses((status = 200, body = PaperTemplateKindView), (status = "4XX", body = Problem)),
)]
async fn upload(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    mut form: Multipart,
) -> Answer<PaperTemplateKindView> {
    let broken = |_| Problem::new(400, "upload_broken", "上传中断，请重新上传。");
    let (mut kind, mut note, mut bytes) = (None, String::new(), Vec::new());
    while let Some(field) = form.next_field().await.map_err(broken)? {
        match field.name().unwrap_or_default() {
            "kind" => kind = field.text().await.map_err(broken)?.parse().ok(),
            "note" => note = field.text().await.map_err(broken)?,
            "file" => bytes = field.bytes().await.map_err(broken)?.to_vec(),
            _ => {}
        }
    }
    let kind: PaperKind =
        kind.ok_or_else(|| Problem::new(422, "invalid", "请选择是哪一种文书的模板。"))?;
    let upload = TemplateUpload { kind, note, bytes };
    answer(app.upload_paper_template(&me, upload).await)
}

/// Puts a version in use from now on; without one, the built-in template.
#[utoipa::path(
    post,
    path = "/paper-templates/in-use",
    tag = "paper",
    request_body = PutTemplateInUse,
    responses((status = 200, body = PaperTemplateKindView), (status = "4XX", body = Problem)),
)]
async fn put_in_use(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Body(form): Body<PutTemplateInUse>,
) -> Answer<PaperTemplateKindView> {
    answer(app.put_paper_template_in_use(&me, form).await)
}

/// A version filled with invented data. `built_in.<kind>` names the built-in one.
#[utoipa::path(
    get,
    path = "/paper-templates/{id}/preview",
    tag = "paper",
    params(("id" = String, Path)),
    responses((status = 200, content_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"), (status = "4XX", body = Problem)),
)]
async fn preview(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    Ok(download(app.preview_paper_template(&me, &id).await?))
}

/// A version as uploaded, to change and upload again.
#[utoipa::path(
    get,
    path = "/paper-templates/{id}/file",
    tag = "paper",
    params(("id" = String, Path)),
    responses((status = 200, content_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"), (status = "4XX", body = Problem)),
)]
async fn file(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    Ok(download(app.paper_template_file(&me, &id).await?))
}

/// Heads who may not be named in public, newest request first.
#[utoipa::path(
    get,
    path = "/name-protections",
    tag = "paper",
    params(NameProtectionListQuery),
    responses((status = 200, body = PageView<NameProtectionView>), (status = "4XX", body = Problem)),
)]
async fn protections(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Query(query): Query<NameProtectionListQuery>,
) -> Answer<PageView<NameProtectionView>> {
    answer(app.name_protections(&me, query).await)
}

/// Asks the township that a head is not named in public.
#[utoipa::path(
    post,
    path = "/name-protections",
    tag = "paper",
    request_body = NewNameProtection,
    responses((status = 200, body = NameProtectionView), (status = "4XX", body = Problem)),
)]
async fn request_protection(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Body(form): Body<NewNameProtection>,
) -> Answer<NameProtectionView> {
    answer(app.request_name_protection(&me, form).await)
}

/// The township approves or refuses what is written instead.
#[utoipa::path(
    post,
    path = "/name-protections/{id}/decide",
    tag = "paper",
    params(("id" = String, Path)),
    request_body = DecideNameProtection,
    responses((status = 200, body = NameProtectionView), (status = "4XX", body = Problem)),
)]
async fn decide_protection(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
    Body(form): Body<DecideNameProtection>,
) -> Answer<NameProtectionView> {
    answer(app.decide_name_protection(&me, &id, form).await)
}

/// Ends a protection whose ground has gone.
#[utoipa::path(
    post,
    path = "/name-protections/{id}/end",
    tag = "paper",
    params(("id" = String, Path)),
    request_body = EndNameProtection,
    responses((status = 200, body = NameProtectionView), (status = "4XX", body = Problem)),
)]
async fn end_protection(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
    Body(form): Body<EndNameProtection>,
) -> Answer<NameProtectionView> {
    answer(app.end_name_protection(&me, &id, form).await)
}
