//! What a person may do: one module per use-case area. Each use case runs the
//! same steps: load in scope → authorise → domain decides → save with version
//! → audit → commit. No HTTP, no SQL.

pub mod account;
pub mod attachment;
pub mod audit;
pub mod casefile;
pub mod clock;
pub mod demo;
pub mod division;
pub mod duplicate;
pub mod exchange;
pub mod household;
pub mod keys;
pub mod lead;
pub mod limits;
pub mod listing;
pub mod monitoring_line;
pub mod notice;
pub mod paper;
pub mod policy;
pub mod saved_view;
pub mod submission_list;
pub mod supervision;
pub mod workbench;

mod error;
mod library;

use std::path::PathBuf;
use std::sync::Arc;

pub use error::{AppError, FieldError};
pub use library::{PolicyFiles, read_policy_folder};
pub use store::Window;

use domain::account::{Principal, Roles};
use domain::calendar::WorkCalendar;
use domain::code_list::CodeLists;
use domain::division::DivisionCode;
use domain::identity_number::IssuingPrefixes;
use domain::policy::{Library, Pack};
use jiff::civil::Date;
use store::{Actor, Store};

use crate::clock::Clock;

/// Everything a use case needs besides the person asking.
#[derive(Debug, Clone)]
pub struct App {
    pub store: Store,
    pub library: Arc<Library>,
    pub roles: Arc<Roles>,
    pub codes: Arc<CodeLists>,
    pub calendar: Arc<WorkCalendar>,
    pub clock: Arc<Clock>,
    /// Texts of the policy folder (layouts, division table).
    pub files: Arc<PolicyFiles>,
    pub data_dir: PathBuf,
    /// Failed sign-ins by address.
    pub back_off: Arc<account::BackOff>,
    /// Invented people are accepted and the clock can be moved.
    pub demo: bool,
}

impl App {
    /// Today in Asia/Shanghai, by the injected clock.
    pub fn today(&self) -> Date {
        self.clock.today()
    }

    /// Who writes, and when.
    pub fn actor(&self, principal: &Principal) -> Actor {
        Actor {
            account_id: principal.account_id.clone(),
            now_millis: self.clock.now_millis(),
        }
    }

    /// The platform itself as a writer: start-up, demo, background work.
    pub fn system_actor(&self) -> Actor {
        Actor {
            account_id: "system".into(),
            now_millis: self.clock.now_millis(),
        }
    }

    /// Which ID number prefixes are accepted.
    pub fn issuing_prefixes(&self) -> IssuingPrefixes {
        if self.demo {
            IssuingPrefixes::Demo
        } else {
            IssuingPrefixes::Real
        }
    }

    /// A pack by id, for a procedure that keeps the one it started under.
    ///
    /// # Errors
    /// When the deployment no longer has it.
    pub fn pack(&self, id: &str) -> Result<&Pack, AppError> {
        self.library
            .pack(id)
            .ok_or_else(|| AppError::Internal(format!("policy pack {id} is not in the library")))
    }

    /// The pack in force in a division on a day: the nearest jurisdiction wins.
    ///
    /// # Errors
    /// When no pack is in force there.
    pub async fn pack_in_force(
        &self,
        division: DivisionCode,
        day: Date,
    ) -> Result<&Pack, AppError> {
        let timeline = policy::timeline_of(&self.store.adoptions().await?)?;
        let found = timeline
            .governing(division, day)
            .ok_or(AppError::NoPolicy)?;
        self.pack(&found.pack_id)
    }

    /// The pack a lead and the casefile it opens fall under: the one in force
    /// on the day the lead arrived, because the statutory clock runs from that
    /// day (HN22-060) and what runs keeps its rules. A lead older than the
    /// first pack falls under today's.
    ///
    /// # Errors
    /// When no pack is in force there.
    pub async fn pack_for_lead(
        &self,
        village: DivisionCode,
        received_on: Date,
    ) -> Result<&Pack, AppError> {
        match self.pack_in_force(village, received_on).await {
            Err(AppError::NoPolicy) => self.pack_in_force(village, self.today()).await,
            found => found,
        }
    }

    /// Names of divisions, short, by code.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn division_names(
        &self,
        codes: impl IntoIterator<Item = String>,
    ) -> Result<std::collections::BTreeMap<String, String>, AppError> {
        Ok(self
            .store
            .division_names(codes)
            .await?
            .into_iter()
            .map(|(code, name)| (code, domain::division::short_name(&name)))
            .collect())
    }
}

/// A new time-ordered identifier.
pub fn new_id() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// Hides the given name: 张三丰 → 张**.
pub fn mask_name(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map_or_else(String::new, |first| {
        std::iter::once(first).chain(chars.map(|_| '*')).collect()
    })
}

/// What a role that sees names masked reads instead of words people wrote
/// freely: they may name somebody.
pub(crate) const WRITTEN: &str = "已写明";

/// A free text as a masked role reads it: whether there is one.
pub(crate) fn mask_text(text: &str) -> String {
    if text.trim().is_empty() {
        String::new()
    } else {
        WRITTEN.to_owned()
    }
}

/// A page as the API gives it.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct PageView<T> {
    pub items: Vec<T>,
    /// Where the next page begins; absent on the last one.
    pub next_cursor: Option<String>,
    /// How many matched in scope when the list was opened.
    pub total: u64,
}
