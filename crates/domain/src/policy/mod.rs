//! Policy as data: what a document orders, with clause, value and effective
//! date. The engine knows no year, no province and no threshold; it reads them
//! from a [`Pack`], which is a stack of layers (a year's document over the
//! platform's base, a city's over its province's).

mod adoption;
mod check;
mod compare;
mod load;
mod pack;
mod provision;
mod provision_words;
mod resolve;
mod staffing;

pub use adoption::*;
pub use check::check;
pub use compare::{ComparedGroup, ComparedRow, Difference, ProvisionSide, compare};
pub use load::{PackSource, SourceFile, layer_unchecked, load_library, load_sources};
pub use pack::*;
pub use provision::{Provision, provisions};
pub use resolve::{Library, Pack};
pub use staffing::unstaffed;

/// A problem in a pack file: which file, which line, what was found and what
/// was expected.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// Path of the file inside the policy folder.
    pub file: String,
    /// 1-based line, 0 where the problem belongs to the whole file.
    pub line: usize,
    /// What is wrong and what was expected.
    pub message: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}
