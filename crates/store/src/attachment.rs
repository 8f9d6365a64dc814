//! Attachments: rows in the database, encrypted bytes in a folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::account::Scope;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use crate::crypto::{CryptoProvider, Place, digest};
use crate::entity::attachment;
use crate::sealed_file::{self, FilePlace};
use crate::{Store, StoreError, WriteTx, within};

pub use crate::entity::attachment::Model as AttachmentRow;

fn path_of(folder: &Path, digest: &str) -> PathBuf {
    folder.join(&digest[..2]).join(digest)
}

/// Seals a blob in chunks under its name.
pub(crate) fn seal_blob(
    crypto: &dyn CryptoProvider,
    path: &Path,
    name: &str,
    bytes: &[u8],
) -> Result<(), StoreError> {
    let place = FilePlace {
        table: "blob",
        row: name,
    };
    sealed_file::replace(path, |out| {
        sealed_file::seal(crypto, place, &mut &bytes[..], out)
    })
}

/// Opens a blob and checks it against its name; blobs from before there were
/// chunks are one ciphertext.
pub(crate) fn open_blob(
    crypto: &dyn CryptoProvider,
    path: &Path,
    name: &str,
) -> Result<Vec<u8>, StoreError> {
    let sealed = std::fs::read(path)?;
    let bytes = match sealed.strip_prefix(&sealed_file::MAGIC[..]) {
        Some(mut chunks) => {
            let place = FilePlace {
                table: "blob",
                row: name,
            };
            let mut bytes = Vec::with_capacity(sealed.len());
            sealed_file::open(crypto, place, &mut chunks, &mut bytes)?;
            bytes
        }
        None => {
            let place = Place {
                table: "blob",
                column: "bytes",
                row: name,
            };
            crypto.open(place, &sealed)?
        }
    };
    if digest(&bytes) != name {
        return Err(StoreError::Unsuitable(
            "an attachment does not match its digest".into(),
        ));
    }
    Ok(bytes)
}

/// Runs file work beside the async tasks.
async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|e| StoreError::Unsuitable(e.to_string()))?
}

impl WriteTx {
    /// Adds the row of a blob that is already durable.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn add_attachment(&mut self, row: AttachmentRow) -> Result<(), StoreError> {
        attachment::Entity::insert(attachment::ActiveModel::from(row).reset_all())
            .exec_without_returning(&self.tx)
            .await?;
        Ok(())
    }
}

impl WriteTx {
    /// Lets a new attachment take the place of an older one of the same
    /// subject; the older stays and says so.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when it is not there or was replaced already.
    pub async fn replace_attachment(
        &mut self,
        old: &AttachmentRow,
        by: &str,
    ) -> Result<(), StoreError> {
        let done = attachment::Entity::update_many()
            .col_expr(attachment::Column::ReplacedBy, Expr::value(by))
            .filter(attachment::Column::Id.eq(&old.id))
            .filter(attachment::Column::ReplacedBy.is_null())
            .exec(&self.tx)
            .await?;
        if done.rows_affected == 0 {
            return Err(StoreError::Stale { current: 0 });
        }
        Ok(())
    }

    /// Hangs an attachment on another subject, e.g. the photo of a posted
    /// notice on the notice itself, where it serves every household named.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn link_attachment(
        &mut self,
        id: &str,
        subject_kind: &str,
        subject_id: &str,
    ) -> Result<(), StoreError> {
        attachment::Entity::update_many()
            .col_expr(attachment::Column::SubjectKind, Expr::value(subject_kind))
            .col_expr(attachment::Column::SubjectId, Expr::value(subject_id))
            .col_expr(attachment::Column::Round, Expr::value(Option::<i32>::None))
            .filter(attachment::Column::Id.eq(id))
            .exec(&self.tx)
            .await?;
        Ok(())
    }
}

impl Store {
    /// Attachments in force of several subjects in scope.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn evidence(
        &self,
        scope: &Scope,
        subject_ids: &[String],
    ) -> Result<Vec<AttachmentRow>, StoreError> {
        Ok(attachment::Entity::find()
            .filter(within(attachment::Column::Village, scope))
            .filter(attachment::Column::SubjectId.is_in(subject_ids.to_vec()))
            .filter(attachment::Column::ReplacedBy.is_null())
            .order_by_asc(attachment::Column::CreatedAt)
            .all(&self.connection)
            .await?)
    }

    /// Attachments of a subject in scope, oldest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn attachments(
        &self,
        scope: &Scope,
        subject_kind: &str,
        subject_id: &str,
    ) -> Result<Vec<AttachmentRow>, StoreError> {
        let mut rows = attachment::Entity::find()
            .filter(within(attachment::Column::Village, scope))
            .filter(attachment::Column::SubjectKind.eq(subject_kind))
            .filter(attachment::Column::SubjectId.eq(subject_id))
            .order_by_asc(attachment::Column::CreatedAt)
            .all(&self.connection)
            .await?;
        // Whoever sees both villages sees what one lent to the other once.
        let mut seen: Vec<(String, String)> = Vec::new();
        rows.retain(|row| {
            let lent = seen
                .iter()
                .any(|(digest, village)| *digest == row.digest && *village != row.village);
            seen.push((row.digest.clone(), row.village.clone()));
            !lent
        });
        Ok(rows)
    }

    /// An attachment in scope.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn attachment(
        &self,
        scope: &Scope,
        id: &str,
    ) -> Result<Option<AttachmentRow>, StoreError> {
        Ok(attachment::Entity::find_by_id(id)
            .filter(within(attachment::Column::Village, scope))
            .one(&self.connection)
            .await?)
    }

    /// Encrypts bytes into the folder under their digest and makes them
    /// durable; the same bytes are kept once. They are written anew when they
    /// are there already: a sweep must not take them for an old orphan.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub async fn put_blob(&self, folder: &Path, bytes: Vec<u8>) -> Result<String, StoreError> {
        let (crypto, folder) = (Arc::clone(&self.crypto), folder.to_path_buf());
        aside(move || {
            let name = digest(&bytes);
            let path = path_of(&folder, &name);
            let parent = path.parent().unwrap_or(&folder);
            if !parent.exists() {
                std::fs::create_dir_all(parent)?;
                std::fs::File::open(&folder)?.sync_all()?;
            }
            seal_blob(&*crypto, &path, &name, &bytes)?;
            Ok(name)
        })
        .await
    }

    /// Reads a blob back and checks it against its name.
    ///
    /// # Errors
    /// When it is missing or was changed.
    pub async fn get_blob(&self, folder: &Path, name: &str) -> Result<Vec<u8>, StoreError> {
        let (crypto, path) = (Arc::clone(&self.crypto), path_of(folder, name));
        let name = name.to_owned();
        aside(move || open_blob(&*crypto, &path, &name)).await
    }

    /// Digests of every attachment row, and ids of rows by digest.
    ///
    /// # Errors
    /// When the database refuses.
    async fn attachment_digests(&self) -> Result<BTreeMap<String, Vec<String>>, StoreError> {
        let rows: Vec<(String, String)> = attachment::Entity::find()
            .select_only()
            .column(attachment::Column::Digest)
            .column(attachment::Column::Id)
            .into_tuple()
            .all(&self.connection)
            .await?;
        let mut ids: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (digest, id) in rows {
            ids.entry(digest).or_default().push(id);
        }
        Ok(ids)
    }

    /// Compares the folder with the rows: removes files no row names that are
    /// older than `oldest` (a younger one may belong to an upload under way)
    /// and what a crash left half-written, and names the attachments whose
    /// file is gone. For maintenance and start-up, before uploads are taken.
    ///
    /// # Errors
    /// When the folder or the database cannot be read.
    pub async fn sweep_blobs(
        &self,
        folder: &Path,
        oldest: std::time::SystemTime,
    ) -> Result<Sweep, StoreError> {
        let mut ids = self.attachment_digests().await?;
        let folder = folder.to_path_buf();
        aside(move || {
            let mut sweep = Sweep::default();
            for (name, path) in blob_files(&folder)? {
                if is_name(&name) && ids.remove(&name).is_some() {
                    sweep.kept += 1;
                    continue;
                }
                if std::fs::metadata(&path)?.modified()? < oldest {
                    std::fs::remove_file(&path)?;
                    sweep.removed += 1;
                } else {
                    sweep.young += 1;
                }
            }
            sweep.missing = ids.into_values().flatten().collect();
            sweep.missing.sort();
            Ok(sweep)
        })
        .await
    }
}

/// What a comparison of the folder with the rows found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sweep {
    /// Files some attachment names.
    pub kept: u64,
    /// Files nothing named, now removed.
    pub removed: u64,
    /// Files nothing names yet, left for the next sweep.
    pub young: u64,
    /// Ids of attachments whose file is gone.
    pub missing: Vec<String>,
}

/// Whether a file is a blob; what a crash left half-written carries an ending.
fn is_name(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Name and path of everything in the folder, in the order of names.
fn blob_files(folder: &Path) -> Result<Vec<(String, PathBuf)>, StoreError> {
    let mut paths = Vec::new();
    if !folder.exists() {
        return Ok(paths);
    }
    for shard in std::fs::read_dir(folder)? {
        let shard = shard?;
        if !shard.file_type()?.is_dir() {
            continue;
        }
        for file in std::fs::read_dir(shard.path())? {
            let file = file?;
            paths.push((file.file_name().to_string_lossy().into_owned(), file.path()));
        }
    }
    paths.sort();
    Ok(paths)
}

/// Name and path of every attachment, in the order of names.
pub(crate) fn blob_paths(folder: &Path) -> Result<Vec<(String, PathBuf)>, StoreError> {
    let mut paths = blob_files(folder)?;
    paths.retain(|(name, _)| is_name(name));
    Ok(paths)
}
