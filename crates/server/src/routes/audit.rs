//! Routes of the area `audit`.

use app::PageView;
use app::audit::{AuditListQuery, AuditView, PurposeView, VerificationView};
use axum::extract::{Path, Query, State as AxumState};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::State;
use crate::problem::{Answer, Problem, answer};
use crate::session::Signed;

/// Routes of this area.
pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(purpose))
        .routes(routes!(verify))
}

/// Audit records, newest first.
#[utoipa::path(
    get,
    path = "/audit",
    tag = "audit",
    params(AuditListQuery),
    responses((status = 200, body = PageView<AuditView>), (status = "4XX", body = Problem)),
)]
async fn list(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Query(query): Query<AuditListQuery>,
) -> Answer<PageView<AuditView>> {
    answer(app.audit(&me, query).await)
}

/// Reads why somebody looked; the reading is itself audited.
#[utoipa::path(
    post,
    path = "/audit/{chain}/{seq}/purpose",
    tag = "audit",
    params(("chain" = String, Path), ("seq" = i64, Path)),
    responses((status = 200, body = PurposeView), (status = "4XX", body = Problem)),
)]
async fn purpose(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path((chain, seq)): Path<(String, i64)>,
) -> Answer<PurposeView> {
    answer(app.audit_purpose(&me, &chain, seq).await)
}

/// Verifies every chain against its checkpoints.
#[utoipa::path(
    get,
    path = "/audit/verify",
    tag = "audit",
    responses((status = 200, body = VerificationView), (status = "4XX", body = Problem)),
)]
async fn verify(AxumState(app): AxumState<State>, Signed(me): Signed) -> Answer<VerificationView> {
    answer(app.verify_audit(&me).await)
}
