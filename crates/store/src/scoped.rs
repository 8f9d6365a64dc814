//! Scope as a condition. There is no query over people without one.

use domain::account::Scope;
use sea_orm::sea_query::{Condition, Expr, ExprTrait as _, IntoColumnRef, LikeExpr};

/// Rows whose division column lies in the scope's subtree; nobody's scope
/// matches nothing.
pub fn within(column: impl IntoColumnRef, scope: &Scope) -> Condition {
    match scope.root() {
        None => Condition::all().add(Expr::val(1).eq(0)),
        Some(root) => {
            let range = root.text_range();
            Condition::all()
                .add(Expr::col(column).between(range.start().clone(), range.end().clone()))
        }
    }
}

/// A `LIKE` pattern of typed text between two wildcards-to-be: what people
/// type is searched as it stands, `%` and `_` included.
pub(crate) fn like(before: &str, typed: &str, after: &str) -> LikeExpr {
    let literal = typed
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_");
    LikeExpr::new(format!("{before}{literal}{after}")).escape('\\')
}
