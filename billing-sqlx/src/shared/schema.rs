//! Bringing the schema up and down.
use std::collections::BTreeSet;

use billing_core::StoreError;
use sqlx::migrate::{Migrate as _, MigrateError, Migrator};

use super::Store;
use crate::{failure::sort, migration::Migration};

impl Store {
    /// Applies what the database lacks. On PostgreSQL several processes may do so at once; of those that make the same
    /// new SQLite file at the same moment, some may fail and have to be started again.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the database can't be reached; [`StoreError::Backend`] when it has steps that
    /// this version does not know, or one of them was changed.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        MIGRATOR.run(self.writers()).await.map_err(sort_migration)
    }

    /// Takes the newest applied step back, with the data it holds, and tells which it was.
    ///
    /// # Errors
    /// As for [`migrate`](Self::migrate).
    pub async fn revert(&self) -> Result<Option<Migration>, StoreError> {
        let migrations = self.migrations().await?;
        let mut applied = migrations.into_iter().filter(|migration| migration.applied).rev();
        let Some(newest) = applied.next() else { return Ok(None) };
        let target = applied.next().map_or(0, |before| before.version);
        MIGRATOR.undo(self.writers(), target).await.map_err(sort_migration)?;
        Ok(Some(Migration { applied: false, ..newest }))
    }

    /// All steps, and which of them the database has.
    ///
    /// # Errors
    /// As for [`migrate`](Self::migrate).
    pub async fn migrations(&self) -> Result<Vec<Migration>, StoreError> {
        let mut connection = self.writers().acquire().await.map_err(sort)?;
        let table = MIGRATOR.table_name.as_ref();
        connection.ensure_migrations_table(table).await.map_err(sort_migration)?;
        let applied = connection.list_applied_migrations(table).await.map_err(sort_migration)?;
        let applied: BTreeSet<i64> = applied.into_iter().map(|migration| migration.version).collect();
        let step = |migration: &sqlx::migrate::Migration| Migration {
            version: migration.version,
            description: migration.description.to_string(),
            applied: applied.contains(&migration.version),
        };
        Ok(MIGRATOR.iter().filter(|migration| migration.migration_type.is_up_migration()).map(step).collect())
    }
}

static MIGRATOR: Migrator = migrator!();

fn sort_migration(error: MigrateError) -> StoreError {
    match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => sort(error),
        other => StoreError::Backend(other.into()),
    }
}
