//! Routes of the area `attachment`.

use app::attachment::Upload;
use app::casefile::AttachmentView;
use axum::extract::{Multipart, Path, State as AxumState};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::State;
use crate::problem::{Answer, Problem, answer};
use crate::session::Signed;

/// Routes of this area.
pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(add))
        .routes(routes!(read))
}

/// Uploads a scan or photo as evidence: multipart fields `file`, `subject`,
/// `subject_id`, `code`, and `replaces` where a newer version takes the place
/// of an older one, which stays on file.
#[utoipa::path(
    post,
    path = "/attachments",
    tag = "attachment",
    request_body(content = String, content_type = "multipart/form-data"),
    responses((status = 200, body = AttachmentView), (status = "4XX", body = Problem)),
)]
async fn add(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    mut form: Multipart,
) -> Answer<AttachmentView> {
    let mut upload = Upload {
        file_name: String::new(),
        subject: String::new(),
        subject_id: String::new(),
        code: String::new(),
        replaces: None,
        bytes: Vec::new(),
    };
    let broken = |_| Problem::new(400, "upload_broken", "上传中断，请重新上传。");
    while let Some(field) = form.next_field().await.map_err(broken)? {
        match field.name().unwrap_or_default() {
            "file" => {
                upload.file_name = field.file_name().unwrap_or("附件").to_owned();
                upload.bytes = field.bytes().await.map_err(broken)?.to_vec();
            }
            "subject" => upload.subject = field.text().await.map_err(broken)?,
            "subject_id" => upload.subject_id = field.text().await.map_err(broken)?,
            "replaces" => {
                upload.replaces =
                    Some(field.text().await.map_err(broken)?).filter(|r| !r.is_empty());
            }
            "code" => upload.code = field.text().await.map_err(broken)?,
            _ => {}
        }
    }
    answer(app.add_attachment(&me, upload).await)
}

/// The bytes of an attachment in scope.
#[utoipa::path(
    get,
    path = "/attachments/{id}",
    tag = "attachment",
    params(("id" = String, Path)),
    responses((status = 200, content_type = "application/octet-stream"), (status = "4XX", body = Problem)),
)]
async fn read(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let (media_type, bytes) = app.attachment(&me, &id).await?;
    // Pictures and scans are shown; a document is saved, never opened here.
    let shown = media_type.starts_with("image/") || media_type == "application/pdf";
    let disposition = if shown { "inline" } else { "attachment" };
    let headers = [
        (header::CONTENT_TYPE, media_type),
        (header::CONTENT_DISPOSITION, disposition.to_owned()),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    Ok((headers, bytes).into_response())
}
