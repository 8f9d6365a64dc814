//! Routes of the area `exchange`: imports and the national export.

use std::io::Read;

use app::exchange::{
    ExportView, ImportFinding, ImportFindingCount, ImportPreview, ImportUpload, ImportView,
    MAX_UPLOAD_BYTES, MergeImport, SetMapping, StartExport,
};
use app::{AppError, PageView, Window};
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{DefaultBodyLimit, Multipart, Path, Query, State as AxumState};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use store::exchange::FindingFilter;
use tokio_util::io::ReaderStream;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::State;
use crate::problem::{Answer, Problem, answer};
use crate::session::{Body, Signed};

/// Bytes of a workbook held at a time while it is sent.
const PIECE_BYTES: usize = 64 << 10;
/// Bytes of a request around the file itself.
const ENVELOPE_BYTES: u64 = 1 << 20;

/// Routes of this area.
pub fn routes() -> OpenApiRouter<State> {
    let most = usize::try_from(MAX_UPLOAD_BYTES + ENVELOPE_BYTES).unwrap_or(usize::MAX);
    OpenApiRouter::new()
        .routes(routes!(receive))
        .layer(DefaultBodyLimit::max(most))
        .routes(routes!(list))
        .routes(routes!(read))
        .routes(routes!(findings))
        .routes(routes!(finding_summary))
        .routes(routes!(preview))
        .routes(routes!(map))
        .routes(routes!(mappings))
        .routes(routes!(merge))
        .routes(routes!(cancel))
        .routes(routes!(resume))
        .routes(routes!(refuse))
        .routes(routes!(corrections))
        .routes(routes!(export_national))
        .routes(routes!(start_export))
        .routes(routes!(export))
        .routes(routes!(take_export))
        .routes(routes!(cancel_export))
}

/// Which rows of a list.
#[derive(Debug, Deserialize, IntoParams)]
struct Paging {
    limit: Option<u64>,
    cursor: Option<String>,
}

impl Paging {
    fn window(&self) -> Window {
        Window::new(self.limit, self.cursor.as_deref())
    }
}

/// The chunks of an upload as they come, for a thread that reads.
struct Chunks {
    receiver: tokio::sync::mpsc::Receiver<axum::body::Bytes>,
    chunk: axum::body::Bytes,
    /// Set once the last chunk was sent; an upload cut short has no end.
    whole: std::sync::Arc<std::sync::atomic::AtomicBool>,
}

impl Read for Chunks {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        while self.chunk.is_empty() {
            match self.receiver.blocking_recv() {
                Some(chunk) => self.chunk = chunk,
                None if self.whole.load(std::sync::atomic::Ordering::Acquire) => return Ok(0),
                None => return Err(std::io::Error::other("the upload was cut short")),
            }
        }
        let length = out.len().min(self.chunk.len());
        out[..length].copy_from_slice(&self.chunk.split_to(length));
        Ok(length)
    }
}

fn broken(_: MultipartError) -> Problem {
    Problem::new(400, "upload_broken", "上传中断，请重新上传。")
}

/// Takes in a file: multipart fields `layout`, `mapping` (name of a saved
/// column mapping), then `file`.
#[utoipa::path(
    post,
    path = "/imports",
    tag = "exchange",
    request_body(content = String, content_type = "multipart/form-data"),
    responses((status = 200, body = ImportView), (status = "4XX", body = Problem)),
)]
async fn receive(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    mut form: Multipart,
) -> Answer<ImportView> {
    let (mut layout, mut mapping) = (None, None);
    while let Some(field) = form.next_field().await.map_err(broken)? {
        match field.name().unwrap_or_default() {
            "layout" => layout = Some(field.text().await.map_err(broken)?),
            "mapping" => mapping = Some(field.text().await.map_err(broken)?),
            "file" => return receive_file(&app, &me, layout, mapping, field).await,
            _ => {}
        }
    }
    Err(Problem::from(AppError::invalid(
        "file",
        "请选择要导入的文件",
    )))
}

async fn receive_file(
    app: &State,
    me: &domain::account::Principal,
    layout: Option<String>,
    mapping: Option<String>,
    mut field: Field<'_>,
) -> Answer<ImportView> {
    let file_name = field.file_name().unwrap_or("导入文件").to_owned();
    let (sender, receiver) = tokio::sync::mpsc::channel(8);
    let whole = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let content = Box::new(Chunks {
        receiver,
        chunk: axum::body::Bytes::new(),
        whole: std::sync::Arc::clone(&whole),
    });
    let upload = ImportUpload {
        file_name,
        layout,
        mapping,
        content,
    };
    let feed = async move {
        while let Some(chunk) = field.chunk().await? {
            // The reader gave up; its own answer says why.
            if sender.send(chunk).await.is_err() {
                return Ok(());
            }
        }
        whole.store(true, std::sync::atomic::Ordering::Release);
        Ok(())
    };
    let (fed, started) = tokio::join!(feed, app.start_import(me, upload));
    fed.map_err(broken)?;
    answer(started)
}

/// Imports in scope, newest first.
#[utoipa::path(
    get,
    path = "/imports",
    tag = "exchange",
    params(Paging),
    responses((status = 200, body = PageView<ImportView>), (status = "4XX", body = Problem)),
)]
async fn list(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Query(paging): Query<Paging>,
) -> Answer<PageView<ImportView>> {
    answer(app.imports(&me, paging.window()).await)
}

/// One import with its progress, sheets and figures.
#[utoipa::path(
    get,
    path = "/imports/{id}",
    tag = "exchange",
    params(("id" = String, Path)),
    responses((status = 200, body = ImportView), (status = "4XX", body = Problem)),
)]
async fn read(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
) -> Answer<ImportView> {
    answer(app.import(&me, &id).await)
}

/// What a list of findings is narrowed to.
#[derive(Debug, Deserialize, IntoParams)]
struct FindingQuery {
    code: Option<String>,
    severity: Option<String>,
    limit: Option<u64>,
    cursor: Option<String>,
}

/// Findings of an import, in the order of sheet and row.
#[utoipa::path(
    get,
    path = "/imports/{id}/findings",
    tag = "exchange",
    params(("id" = String, Path), FindingQuery),
    responses((status = 200, body = PageView<ImportFinding>), (status = "4XX", body = Problem)),
)]
async fn findings(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
    Query(query): Query<FindingQuery>,
) -> Answer<PageView<ImportFinding>> {
    let given = |text: Option<String>| text.filter(|t| !t.is_empty());
    let filter = FindingFilter {
        code: given(query.code),
        severity: given(query.severity),
    };
    answer(
        app.import_findings(
            &me,
            &id,
            filter,
            Window::new(query.limit, query.cursor.as_deref()),
        )
        .await,
    )
}

/// Kinds of findings with their number, errors first.
#[utoipa::path(
    get,
    path = "/imports/{id}/findings/summary",
    tag = "exchange",
    params(("id" = String, Path)),
    responses((status = 200, body = Vec<ImportFindingCount>), (status = "4XX", body = Problem)),
)]
async fn finding_summary(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
) -> Answer<Vec<ImportFindingCount>> {
    answer(app.import_finding_summary(&me, &id).await)
}

/// Households of the file beside ours, with what merging would change.
#[utoipa::path(
    get,
    path = "/imports/{id}/preview",
    tag = "exchange",
    params(("id" = String, Path), Paging),
    responses((status = 200, body = PageView<ImportPreview>), (status = "4XX", body = Problem)),
)]
async fn preview(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
    Query(paging): Query<Paging>,
) -> Answer<PageView<ImportPreview>> {
    answer(app.import_preview(&me, &id, paging.window()).await)
}

/// Says what columns are and checks the file again.
#[utoipa::path(
    post,
    path = "/imports/{id}/mapping",
    tag = "exchange",
    params(("id" = String, Path)),
    request_body = SetMapping,
    responses((status = 200, body = ImportView), (status = "4XX", body = Problem)),
)]
async fn map(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
    Body(form): Body<SetMapping>,
) -> Answer<ImportView> {
    answer(app.map_import(&me, &id, form).await)
}

/// Names of the saved column mappings of a layout.
#[utoipa::path(
    get,
    path = "/layouts/{layout}/mappings",
    tag = "exchange",
    params(("layout" = String, Path)),
    responses((status = 200, body = Vec<String>), (status = "4XX", body = Problem)),
)]
async fn mappings(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(layout): Path<String>,
) -> Answer<Vec<String>> {
    answer(app.import_mapping_names(&me, &layout).await)
}

/// Starts merging what was checked.
#[utoipa::path(
    post,
    path = "/imports/{id}/merge",
    tag = "exchange",
    params(("id" = String, Path)),
    request_body = MergeImport,
    responses((status = 200, body = ImportView), (status = "4XX", body = Problem)),
)]
async fn merge(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
    Body(form): Body<MergeImport>,
) -> Answer<ImportView> {
    answer(app.merge_import(&me, &id, form).await)
}

/// Asks the work to stop; what was merged stays.
#[utoipa::path(
    post,
    path = "/imports/{id}/cancel",
    tag = "exchange",
    params(("id" = String, Path)),
    responses((status = 200, body = ImportView), (status = "4XX", body = Problem)),
)]
async fn cancel(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
) -> Answer<ImportView> {
    answer(app.cancel_import(&me, &id).await)
}

/// Goes on where a stopped import stood.
#[utoipa::path(
    post,
    path = "/imports/{id}/resume",
    tag = "exchange",
    params(("id" = String, Path)),
    responses((status = 200, body = ImportView), (status = "4XX", body = Problem)),
)]
async fn resume(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
) -> Answer<ImportView> {
    answer(app.resume_import(&me, &id).await)
}

/// Why a file is refused.
#[derive(Debug, Deserialize, ToSchema)]
struct RefuseImport {
    reason: String,
}

/// Refuses the file as a whole.
#[utoipa::path(
    post,
    path = "/imports/{id}/refuse",
    tag = "exchange",
    params(("id" = String, Path)),
    request_body = RefuseImport,
    responses((status = 200, body = ImportView), (status = "4XX", body = Problem)),
)]
async fn refuse(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
    Body(form): Body<RefuseImport>,
) -> Answer<ImportView> {
    answer(app.refuse_import(&me, &id, &form.reason).await)
}

pub(super) fn workbook(name: &str, body: impl IntoResponse) -> Response {
    let headers = [
        (
            header::CONTENT_TYPE,
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet".to_owned(),
        ),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    (headers, body).into_response()
}

/// The rows to correct, with the wrong cells coloured and explained.
#[utoipa::path(
    get,
    path = "/imports/{id}/corrections.xlsx",
    tag = "exchange",
    params(("id" = String, Path)),
    responses((status = 200, content_type = "application/octet-stream"), (status = "4XX", body = Problem)),
)]
async fn corrections(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    Ok(workbook(
        "corrections.xlsx",
        app.import_corrections(&me, &id).await?,
    ))
}

/// A workbook as it lies on disk, sent piece by piece.
pub(super) fn streamed(name: &str, file: std::fs::File) -> Result<Response, Problem> {
    let length = file
        .metadata()
        .map_err(|e| AppError::Internal(e.to_string()))?;
    let pieces = ReaderStream::with_capacity(tokio::fs::File::from_std(file), PIECE_BYTES);
    let mut response = workbook(name, axum::body::Body::from_stream(pieces));
    response
        .headers_mut()
        .insert(header::CONTENT_LENGTH, length.len().into());
    Ok(response)
}

/// Which division to export; the whole scope when absent.
#[derive(Debug, Deserialize, IntoParams)]
struct ExportQuery {
    division: Option<String>,
}

/// The households of a division in the national form: for programs, which
/// can wait. People start an export and watch it.
#[utoipa::path(
    get,
    path = "/exports/national.xlsx",
    tag = "exchange",
    params(ExportQuery),
    responses((status = 200, content_type = "application/octet-stream"), (status = "4XX", body = Problem)),
)]
async fn export_national(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Query(query): Query<ExportQuery>,
) -> Result<Response, Problem> {
    let division = match query.division.filter(|d| !d.is_empty()) {
        None => None,
        Some(code) => Some(code.parse().map_err(|_| AppError::NotFound)?),
    };
    streamed(
        "national.xlsx",
        app.export_national(&me, division).await?.file,
    )
}

/// Starts writing the national workbook in the background.
#[utoipa::path(
    post,
    path = "/exports",
    tag = "exchange",
    request_body = StartExport,
    responses((status = 200, body = ExportView), (status = "4XX", body = Problem)),
)]
async fn start_export(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Body(form): Body<StartExport>,
) -> Answer<ExportView> {
    answer(app.start_export(&me, form).await)
}

/// How far an export is.
#[utoipa::path(
    get,
    path = "/exports/{id}",
    tag = "exchange",
    params(("id" = String, Path)),
    responses((status = 200, body = ExportView), (status = "4XX", body = Problem)),
)]
async fn export(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
) -> Answer<ExportView> {
    answer(app.export(&me, &id))
}

/// The finished workbook, once.
#[utoipa::path(
    get,
    path = "/exports/{id}/national.xlsx",
    tag = "exchange",
    params(("id" = String, Path)),
    responses((status = 200, content_type = "application/octet-stream"), (status = "4XX", body = Problem)),
)]
async fn take_export(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    streamed("national.xlsx", app.take_export(&me, &id)?)
}

/// Ends an export that is not taken yet.
#[utoipa::path(
    post,
    path = "/exports/{id}/cancel",
    tag = "exchange",
    params(("id" = String, Path)),
    responses((status = 204), (status = "4XX", body = Problem)),
)]
async fn cancel_export(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    app.cancel_export(&me, &id)?;
    Ok(StatusCode::NO_CONTENT)
}
