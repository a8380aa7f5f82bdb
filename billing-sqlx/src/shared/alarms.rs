use async_trait::async_trait;
use billing_core::{AccountId, BalanceAlarms, LedgerError, LowBalance};
use chrono::{DateTime, Utc};
use sqlx::query;

use super::{Row, Store, book::signed, rows, rows::Decoded};
use crate::{
    failure::{Failure, retry, retry_unless_done},
    stamp::Stamp,
};

const LOW: &str = "SELECT * FROM accounts WHERE alarm_armed_by IS NOT NULL AND posted <= alarm_threshold \
    AND (alarm_rang_at IS NULL OR alarm_rang_at <= $1) ORDER BY id LIMIT $2";
/// As `BalanceAlarm::rang` decides it.
const DISARM: &str = concat!(
    "UPDATE accounts SET alarm_rang_at = $3, alarm_armed_by = CASE WHEN ",
    alarm_is_clear!("posted"),
    " THEN sequence END WHERE id = $1 AND alarm_armed_by = $2"
);

#[async_trait]
impl BalanceAlarms for Store {
    async fn low_balances(
        &self,
        quiet_since: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<LowBalance>, LedgerError> {
        retry(|| async {
            let low = query(LOW).bind(Stamp(quiet_since)).bind(i64::from(limit));
            let rows = low.fetch_all(&mut *self.reader().await?).await?;
            Ok::<_, Failure<LedgerError>>(rows.iter().map(read).collect::<Decoded<_>>()?)
        })
        .await
    }

    async fn disarm(
        &self,
        account: &AccountId,
        armed_by: u64,
        now: DateTime<Utc>,
    ) -> Result<bool, LedgerError> {
        retry_unless_done(|| async {
            let disarm = query(DISARM).bind(account.as_str()).bind(signed(armed_by)).bind(Stamp(now));
            let disarmed = disarm.execute(self.writers()).await?;
            Ok::<_, Failure<LedgerError>>(disarmed.rows_affected() == 1)
        })
        .await
    }
}

fn read(row: &Row) -> Decoded<LowBalance> {
    let armed_by = rows::count(row, "alarm_armed_by")?;
    let account = rows::account(row)?;
    Ok(LowBalance::new(account.id, account.posted, account.alarm.threshold, armed_by))
}
