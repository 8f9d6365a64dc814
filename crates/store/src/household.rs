//! Households: one sealed document a version, with projected columns for
//! search and lists (see ADR 0002).

use domain::account::Scope;
use domain::household::{HouseholdFile, Member, MemberStatus};
use domain::pinyin;
use jiff::civil::Date;
use sea_orm::sea_query::{Condition, LockType};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _,
    PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use crate::crypto::{CryptoProvider, Place};
use crate::database::taken_or;
use crate::entity::{episode, household, household_version, member};
use crate::packing::unpack;
use crate::{Actor, Engine, StoreError, WriteTx, within};

mod batch;
mod handover;
mod history;
mod read;

pub use crate::entity::episode::Model as EpisodeRow;
pub use crate::entity::household::Model as HouseholdRow;
pub use crate::entity::member::Model as MemberRow;
pub use handover::HandoverRow;

/// Where a version came from and who answers for it (HN22-131).
#[derive(Debug, Clone)]
pub struct VersionMeta {
    pub effective_on: Date,
    pub reason: String,
    /// `console`, `import/<batch>`, `casefile/<id>`, `demo`.
    pub source: String,
    pub collected_by: String,
    pub entered_by: String,
    pub reviewed_by: String,
}

/// A version without its document.
#[derive(Debug, Clone)]
pub struct VersionRow {
    pub version: i64,
    pub effective_on: String,
    pub recorded_at: i64,
    pub reason: String,
    pub source: String,
    pub collected_by: String,
    pub entered_by: String,
    pub reviewed_by: String,
    pub account_id: String,
}

/// What a search asks for.
#[derive(Debug, Clone, Default)]
pub struct HouseholdQuery {
    /// Name, pinyin initials, 户编号 or document number.
    pub text: String,
    pub monitored: Option<String>,
    pub household_type: Option<String>,
}

fn pack(file: &HouseholdFile) -> Result<Vec<u8>, StoreError> {
    crate::packing::pack(file, 3)
}

/// Blind index of a document number: the same for every way of typing it.
pub(crate) fn number_index(crypto: &dyn CryptoProvider, number: &str) -> String {
    crypto.index(
        "document_number",
        &domain::typed_text::to_half_width(number.trim()).to_uppercase(),
    )
}

fn version_row(id: &str, version: i64) -> String {
    format!("{id}/{version}")
}

fn version_model(
    actor: &Actor,
    id: &str,
    version: i64,
    meta: &VersionMeta,
    sealed: Vec<u8>,
) -> household_version::ActiveModel {
    household_version::ActiveModel {
        household_id: Set(id.to_owned()),
        version: Set(version),
        effective_on: Set(meta.effective_on.to_string()),
        recorded_at: Set(actor.now_millis),
        reason: Set(meta.reason.clone()),
        source: Set(meta.source.clone()),
        collected_by: Set(meta.collected_by.clone()),
        entered_by: Set(meta.entered_by.clone()),
        reviewed_by: Set(meta.reviewed_by.clone()),
        account_id: Set(actor.account_id.clone()),
        file_sealed: Set(sealed),
    }
}

/// The row of a household as its file tells it, keeping what the file does
/// not know (whether it is monitored) of the row there was.
fn household_model(
    actor: &Actor,
    id: &str,
    file: &HouseholdFile,
    version: i64,
    existing: Option<HouseholdRow>,
) -> household::ActiveModel {
    let mut row = existing.map_or_else(
        || household::ActiveModel {
            id: Set(id.to_owned()),
            monitored: Set("none".into()),
            category: Set(None),
            identified_on: Set(None),
            ..Default::default()
        },
        Into::into,
    );
    let head = file.head().or_else(|| file.active_members().next());
    let head_name = head.map_or_else(String::new, |m| m.name.clone());
    let active = file.active_members().count();
    row.code = Set(code_of(file).map(str::to_owned));
    row.village = Set(file.village.to_string());
    row.head_initials = Set(pinyin::initials(&head_name));
    row.head_name = Set(head_name);
    row.member_count = Set(i32::try_from(active).unwrap_or(i32::MAX));
    row.household_type = Set(file.household_type.clone());
    row.grid_id = Set(file.grid_id.clone());
    row.status = Set(match (&file.merged_into, &file.moved_out_to, active) {
        (Some(_), ..) => "merged",
        (_, Some(_), _) => "moved_out",
        (_, _, 0) => "gone",
        _ => "active",
    }
    .into());
    let (income, until) = latest_income(file);
    row.income_per_capita_fen = Set(income);
    row.income_until = Set(until);
    row.income_version = Set(version);
    row.version = Set(version);
    row.updated_at = Set(actor.now_millis);
    row
}

/// Income per person of the latest statement, with the last day it counts.
pub(crate) fn latest_income(file: &HouseholdFile) -> (Option<i64>, Option<String>) {
    let latest = file
        .latest_income()
        .and_then(|s| Some((s.per_capita_fen()?, s.period_to.to_string())));
    latest.unzip()
}

/// The file a stored version holds.
pub(crate) fn opened(
    crypto: &dyn CryptoProvider,
    found: &household_version::Model,
) -> Result<HouseholdFile, StoreError> {
    let bytes = crypto.open(
        Place {
            table: "household_version",
            column: "file",
            row: &version_row(&found.household_id, found.version),
        },
        &found.file_sealed,
    )?;
    unpack(&bytes)
}

fn member_models(
    crypto: &dyn CryptoProvider,
    id: &str,
    file: &HouseholdFile,
) -> Vec<member::ActiveModel> {
    let model = |m: &Member| member::ActiveModel {
        id: Set(m.id.clone()),
        household_id: Set(id.to_owned()),
        village: Set(file.village.to_string()),
        name: Set(m.name.clone()),
        initials: Set(pinyin::initials(&m.name)),
        number_index: Set(
            (!m.document_number.is_empty()).then(|| number_index(crypto, &m.document_number))
        ),
        sex: Set(m.sex.clone()),
        birth_on: Set(m.birth_on.map(|b| b.to_string())),
        relation: Set(m.relation.clone()),
        status: Set(match m.status {
            MemberStatus::Active => "active",
            MemberStatus::Died => "died",
            MemberStatus::Left => "left",
        }
        .into()),
    };
    file.members.iter().map(model).collect()
}

/// The six digits of the county a household lives in: where its 户编号 is
/// unique.
fn county_of(file: &HouseholdFile) -> String {
    let mut digits = file.village.to_string();
    digits.truncate(6);
    digits
}

/// Households of the same county.
fn in_its_county(file: &HouseholdFile) -> Condition {
    let county = county_of(file);
    let (first, last) = (format!("{county}000000"), format!("{county}999999"));
    Condition::all().add(household::Column::Village.between(first, last))
}

/// The 户编号 of a file, unless it has none.
fn code_of(file: &HouseholdFile) -> Option<&str> {
    file.code.as_deref().filter(|code| !code.trim().is_empty())
}

impl WriteTx {
    /// Keeps a household to this transaction: what decides about it, in this
    /// server or another over the same database, waits until it ends. SQLite
    /// has one writer anyway. To be called before what is decided on is read.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn lock_household(&self, id: &str) -> Result<(), StoreError> {
        if self.engine() == Engine::Postgres {
            household::Entity::find_by_id(id)
                .lock(LockType::Update)
                .one(&self.tx)
                .await?;
        }
        Ok(())
    }

    /// Writes a new version of a household and its projections; returns the
    /// version. `expected` is the version the writer saw, `None` for a new
    /// household. Where a change entered late is overtaken by one that took
    /// effect after it, a second version says what holds since.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when somebody else saved first,
    /// [`StoreError::Taken`] when the 户编号 belongs to another household of the
    /// county.
    pub async fn save_household(
        &mut self,
        id: &str,
        file: &HouseholdFile,
        meta: &VersionMeta,
        expected: Option<i64>,
    ) -> Result<i64, StoreError> {
        let version = self.write_household(id, file, meta, expected).await?;
        let Some((overtaken, since)) = self.overtaking(id, file, meta.effective_on).await? else {
            return Ok(version);
        };
        let after = VersionMeta {
            effective_on: since,
            reason: format!(
                "补登较早的变动后，{since}起仍以当日登记为准（{}）",
                meta.reason
            ),
            ..meta.clone()
        };
        self.write_household(id, &overtaken, &after, Some(version))
            .await
    }

    async fn write_household(
        &mut self,
        id: &str,
        file: &HouseholdFile,
        meta: &VersionMeta,
        expected: Option<i64>,
    ) -> Result<i64, StoreError> {
        // Two writers of one household wait for each other, so that the second
        // one is told it is stale. SQLite has one writer anyway.
        let mut find = household::Entity::find_by_id(id);
        if self.engine() == Engine::Postgres {
            find = find.lock(LockType::Update);
        }
        let existing = find.one(&self.tx).await?;
        let current = existing.as_ref().map_or(0, |h| h.version);
        if expected.unwrap_or(0) != current {
            return Err(StoreError::Stale { current });
        }
        if let Some(code) = code_of(file) {
            let other = household::Entity::find()
                .filter(household::Column::Code.eq(code))
                .filter(in_its_county(file))
                .filter(household::Column::Id.ne(id))
                .count(&self.tx)
                .await?;
            if other > 0 {
                return Err(StoreError::Taken("household.code".into()));
            }
        }
        let version = current + 1;
        let sealed = self.seal(
            "household_version",
            "file",
            &version_row(id, version),
            &pack(file)?,
        )?;
        // The household first: of two at once with one 户编号, the second fails here.
        let row = household_model(&self.actor, id, file, version, existing);
        let taken = |e| taken_or(e, "household.code");
        if current == 0 {
            household::Entity::insert(row)
                .exec_without_returning(&self.tx)
                .await
                .map_err(taken)?;
        } else {
            row.update(&self.tx).await.map_err(taken)?;
            member::Entity::delete_many()
                .filter(member::Column::HouseholdId.eq(id))
                .exec(&self.tx)
                .await?;
        }
        household_version::Entity::insert(version_model(&self.actor, id, version, meta, sealed))
            .exec_without_returning(&self.tx)
            .await?;
        let members = member_models(&*self.crypto, id, file);
        if !members.is_empty() {
            member::Entity::insert_many(members)
                .exec_without_returning(&self.tx)
                .await?;
        }
        self.note_duplicates(&[(id, file)]).await?;
        Ok(version)
    }

    /// Writes an episode and shows the latest one on the household.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn save_episode(&mut self, row: EpisodeRow) -> Result<(), StoreError> {
        let household_id = row.household_id.clone();
        let exists = episode::Entity::find_by_id(&row.id)
            .one(&self.tx)
            .await?
            .is_some();
        let model = episode::ActiveModel::from(row).reset_all();
        if exists {
            model.update(&self.tx).await?;
        } else {
            episode::Entity::insert(model)
                .exec_without_returning(&self.tx)
                .await?;
        }
        let latest = episode::Entity::find()
            .filter(episode::Column::HouseholdId.eq(&household_id))
            .order_by_desc(episode::Column::IdentifiedOn)
            // Of two identified on one day the running one counts.
            .order_by_desc(episode::Column::Status)
            .one(&self.tx)
            .await?;
        if let Some(latest) = latest {
            household::Entity::update_many()
                .col_expr(household::Column::Monitored, latest.status.into())
                .col_expr(household::Column::Category, latest.category.into())
                .col_expr(household::Column::IdentifiedOn, latest.identified_on.into())
                .filter(household::Column::Id.eq(household_id))
                .exec(&self.tx)
                .await?;
        }
        Ok(())
    }

    /// The household's file as this transaction sees it.
    ///
    /// # Errors
    /// When the database refuses or the document does not open.
    pub async fn household_file(
        &self,
        scope: &Scope,
        id: &str,
    ) -> Result<Option<(HouseholdRow, HouseholdFile)>, StoreError> {
        file_of(&self.tx, &*self.crypto, scope, id, None).await
    }

    /// Episodes of a household as this transaction sees them.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn episodes(&self, household_id: &str) -> Result<Vec<EpisodeRow>, StoreError> {
        Ok(episode::Entity::find()
            .filter(episode::Column::HouseholdId.eq(household_id))
            .order_by_desc(episode::Column::IdentifiedOn)
            .all(&self.tx)
            .await?)
    }
}

async fn file_of<C: ConnectionTrait>(
    connection: &C,
    crypto: &dyn crate::crypto::CryptoProvider,
    scope: &Scope,
    id: &str,
    version: Option<i64>,
) -> Result<Option<(HouseholdRow, HouseholdFile)>, StoreError> {
    let row = household::Entity::find_by_id(id)
        .filter(within(household::Column::Village, scope))
        .one(connection)
        .await?;
    let Some(mut row) = row else { return Ok(None) };
    let mut find =
        household_version::Entity::find().filter(household_version::Column::HouseholdId.eq(id));
    if let Some(version) = version {
        find = find.filter(household_version::Column::Version.eq(version));
    }
    let Some(found) = find
        .order_by_desc(household_version::Column::Version)
        .one(connection)
        .await?
    else {
        return Ok(None);
    };
    let file = opened(crypto, &found)?;
    if version.is_some() {
        row.version = found.version;
    }
    Ok(Some((row, file)))
}
