//! Attachments: rows in the database, encrypted bytes in a folder.

use std::path::{Path, PathBuf};

use domain::account::Scope;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _,
};
use tokio::io::AsyncWriteExt as _;

use crate::crypto::{Place, digest};
use crate::entity::attachment;
use crate::{Store, StoreError, WriteTx, within};

pub use crate::entity::attachment::Model as AttachmentRow;

fn path_of(folder: &Path, digest: &str) -> PathBuf {
    folder.join(&digest[..2]).join(digest)
}

/// Writes a file whole or not at all; it is on disk when this returns.
pub(crate) async fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let partial = path.with_extension(format!("partial-{}", crate::crypto::random_hex::<4>()?));
    let mut file = tokio::fs::File::create(&partial).await?;
    file.write_all(bytes).await?;
    file.sync_all().await?;
    tokio::fs::rename(&partial, path).await?;
    // The rename itself must survive a power cut.
    tokio::fs::File::open(path.parent().unwrap_or(Path::new(".")))
        .await?
        .sync_all()
        .await?;
    Ok(())
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
        Ok(attachment::Entity::find()
            .filter(within(attachment::Column::Village, scope))
            .filter(attachment::Column::SubjectKind.eq(subject_kind))
            .filter(attachment::Column::SubjectId.eq(subject_id))
            .order_by_asc(attachment::Column::CreatedAt)
            .all(&self.connection)
            .await?)
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
    /// durable; the same bytes are kept once.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub async fn put_blob(&self, folder: &Path, bytes: Vec<u8>) -> Result<String, StoreError> {
        let name = digest(&bytes);
        let path = path_of(folder, &name);
        if path.exists() {
            return Ok(name);
        }
        let sealed = self.crypto().seal(
            Place {
                table: "blob",
                column: "bytes",
                row: &name,
            },
            &bytes,
        )?;
        let parent = path.parent().unwrap_or(folder);
        if !parent.exists() {
            tokio::fs::create_dir_all(parent).await?;
            tokio::fs::File::open(folder).await?.sync_all().await?;
        }
        write_whole(&path, &sealed).await?;
        Ok(name)
    }

    /// Reads a blob back and checks it against its name.
    ///
    /// # Errors
    /// When it is missing or was changed.
    pub async fn get_blob(&self, folder: &Path, name: &str) -> Result<Vec<u8>, StoreError> {
        let sealed = tokio::fs::read(path_of(folder, name)).await?;
        let bytes = self.crypto().open(
            Place {
                table: "blob",
                column: "bytes",
                row: name,
            },
            &sealed,
        )?;
        if digest(&bytes) != name {
            return Err(StoreError::Unsuitable(
                "an attachment does not match its digest".into(),
            ));
        }
        Ok(bytes)
    }
}
