//! Routes of the area `policy`.

use app::policy::{ClauseView, CompareView, PackSummary, PackView, Vocabulary};
use axum::extract::{Path, Query, State as AxumState};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::State;
use crate::problem::{Answer, Problem, answer};
use crate::session::Signed;

/// Routes of this area.
pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(packs))
        .routes(routes!(pack))
        .routes(routes!(compare))
        .routes(routes!(clauses))
        .routes(routes!(clause))
        .routes(routes!(vocabulary))
}

/// Policy packs and where they are in force.
#[utoipa::path(
    get,
    path = "/policy/packs",
    tag = "policy",
    responses((status = 200, body = Vec<PackSummary>), (status = "4XX", body = Problem)),
)]
async fn packs(AxumState(app): AxumState<State>, Signed(me): Signed) -> Answer<Vec<PackSummary>> {
    answer(app.packs(&me).await)
}

/// One pack: documents, values with clause or 文件未规定, procedure.
#[utoipa::path(
    get,
    path = "/policy/packs/{id}",
    tag = "policy",
    params(("id" = String, Path)),
    responses((status = 200, body = PackView), (status = "4XX", body = Problem)),
)]
async fn pack(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Path(id): Path<String>,
) -> Answer<PackView> {
    answer(app.pack_view(&me, &id))
}

/// Two packs side by side, provision by provision.
#[utoipa::path(
    get,
    path = "/policy/compare",
    tag = "policy",
    params(TwoPacks),
    responses((status = 200, body = CompareView), (status = "4XX", body = Problem)),
)]
async fn compare(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Query(two): Query<TwoPacks>,
) -> Answer<CompareView> {
    answer(app.compare_packs(&me, &two.left, &two.right))
}

/// Clauses in their own words.
#[utoipa::path(
    get,
    path = "/policy/clauses",
    tag = "policy",
    params(OfDocument),
    responses((status = 200, body = Vec<ClauseView>), (status = "4XX", body = Problem)),
)]
async fn clauses(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Query(query): Query<OfDocument>,
) -> Answer<Vec<ClauseView>> {
    answer(app.clauses(&me, query.document.as_deref()))
}

/// One clause in its own words.
#[utoipa::path(
    get,
    path = "/policy/clauses/{id}",
    tag = "policy",
    params(("id" = String, Path)),
    responses((status = 200, body = ClauseView), (status = "4XX", body = Problem)),
)]
async fn clause(
    AxumState(app): AxumState<State>,
    Signed(_me): Signed,
    Path(id): Path<String>,
) -> Answer<ClauseView> {
    answer(app.clause(&id))
}

/// The lists forms are filled from.
#[utoipa::path(
    get,
    path = "/policy/vocabulary",
    tag = "policy",
    params(OfPack),
    responses((status = 200, body = Vocabulary), (status = "4XX", body = Problem)),
)]
async fn vocabulary(
    AxumState(app): AxumState<State>,
    Signed(me): Signed,
    Query(query): Query<OfPack>,
) -> Answer<Vocabulary> {
    answer(app.vocabulary(&me, query.on, query.pack.as_deref()).await)
}

/// Narrowed to a document.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct OfDocument {
    document: Option<String>,
}

/// Which packs to compare.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct TwoPacks {
    left: String,
    right: String,
}

/// Of the pack in force on a day (today where there is none), or of one named.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct OfPack {
    on: Option<jiff::civil::Date>,
    pack: Option<String>,
}
