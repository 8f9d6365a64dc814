//! Numbers on file twice; the workbench lists them.

use axum::extract::{Path, State as AxumState};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::State;
use crate::problem::Problem;
use crate::session::{Body, Signed};

/// Routes of this area.
pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(close))
}

/// Closes a duplicate of the own division with what was found.
#[utoipa::path(
    post,
    path = "/duplicates/{id}/close",
    tag = "duplicate",
    params(("id" = String, Path)),
    request_body = CloseDuplicate,
    responses((status = 204), (status = "4XX", body = Problem)),
)]
async fn close(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
    Body(form): Body<CloseDuplicate>,
) -> Result<axum::http::StatusCode, Problem> {
    app.close_duplicate(&me, &id, &form.reason).await?;
    Ok(axum::http::StatusCode::NO_CONTENT)
}

/// What was found.
#[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
struct CloseDuplicate {
    reason: String,
}
