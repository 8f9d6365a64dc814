//! 常用筛选 of the signed-in account. Everybody has them for the pages they
//! can open; nobody sees another's.

use app::saved_view::{ChangeSavedView, NewSavedView, SavedViewView};
use axum::extract::{Path, State as AxumState};
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::State;
use crate::problem::{Answer, Problem, answer};
use crate::session::{Body, Signed};

/// Routes of this area.
pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list, save))
        .routes(routes!(change, remove))
}

/// The own saved views, oldest first.
#[utoipa::path(
    get,
    path = "/saved-views",
    tag = "saved_view",
    responses((status = 200, body = Vec<SavedViewView>), (status = "4XX", body = Problem)),
)]
async fn list(AxumState(app): AxumState<State>, Signed(me): Signed) -> Answer<Vec<SavedViewView>> {
    answer(app.saved_views(&me).await)
}

/// Saves the filters of a page under a name.
#[utoipa::path(
    post,
    path = "/saved-views",
    tag = "saved_view",
    request_body = NewSavedView,
    responses((status = 200, body = SavedViewView), (status = "4XX", body = Problem)),
)]
async fn save(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Body(form): Body<NewSavedView>,
) -> Answer<SavedViewView> {
    answer(app.save_view(&me, form).await)
}

/// Renames a view, replaces its filters, or lets the page open with it.
#[utoipa::path(
    post,
    path = "/saved-views/{id}",
    tag = "saved_view",
    params(("id" = String, Path)),
    request_body = ChangeSavedView,
    responses((status = 200, body = SavedViewView), (status = "4XX", body = Problem)),
)]
async fn change(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
    Body(form): Body<ChangeSavedView>,
) -> Answer<SavedViewView> {
    answer(app.change_view(&me, &id, form).await)
}

/// Removes a view.
#[utoipa::path(
    delete,
    path = "/saved-views/{id}",
    tag = "saved_view",
    params(("id" = String, Path)),
    responses((status = 204), (status = "4XX", body = Problem)),
)]
async fn remove(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    app.remove_view(&me, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
