//! The check of the books: everything that is cached is computed again, in one snapshot.
use billing_core::{AccountId, Audit, BookAccount, Difference, HouseAccount, LedgerError, Money, Residue};
use sqlx::{Row as _, query};

use super::{
    Connection, Row, Store,
    rows::{self, Decoded},
};
use crate::failure::{Failure, retry};

const COUNTS: &str = "SELECT (SELECT count(*) FROM accounts) AS accounts, \
    (SELECT count(*) FROM postings) AS postings, \
    (SELECT count(*) FROM holds WHERE state = 'open') AS open_holds";

/// Accounts whose row is not what their postings and open holds come to. One side or the other may be missing.
const ACCOUNTS: &str = "SELECT ids.account, \
        COALESCE(a.posted, 0) AS posted, COALESCE(p.posted, 0) AS computed_posted, \
        COALESCE(a.held, 0) AS held, COALESCE(h.held, 0) AS computed_held, \
        COALESCE(a.sequence, 0) AS sequence, COALESCE(p.postings, 0) AS computed_sequence, \
        COALESCE(a.spent, 0) AS spent, COALESCE(p.spent, 0) AS computed_spent, \
        COALESCE(a.calls, 0) AS calls, COALESCE(p.calls, 0) AS computed_calls \
    FROM (SELECT id AS account FROM accounts UNION SELECT account FROM postings UNION SELECT account FROM holds) ids \
    LEFT JOIN accounts a ON a.id = ids.account \
    LEFT JOIN (SELECT account, count(*) AS postings, \
            CAST(sum(CASE WHEN credit_account = account THEN amount ELSE -amount END) AS bigint) AS posted, \
            CAST(sum(CASE WHEN kind = 'capture' THEN amount ELSE 0 END) AS bigint) AS spent, \
            CAST(sum(CASE WHEN kind = 'capture' THEN 1 ELSE 0 END) AS bigint) AS calls \
        FROM postings GROUP BY account) p ON p.account = ids.account \
    LEFT JOIN (SELECT account, CAST(sum(amount) AS bigint) AS held FROM holds WHERE state = 'open' GROUP BY account) h \
        ON h.account = ids.account \
    WHERE COALESCE(a.posted, 0) <> COALESCE(p.posted, 0) OR COALESCE(a.held, 0) <> COALESCE(h.held, 0) \
        OR COALESCE(a.sequence, 0) <> COALESCE(p.postings, 0) OR COALESCE(a.spent, 0) <> COALESCE(p.spent, 0) \
        OR COALESCE(a.calls, 0) <> COALESCE(p.calls, 0) \
    ORDER BY ids.account LIMIT $1";
const FIGURES: [(&str, &str); 5] = [
    ("posted", "computed_posted"),
    ("held", "computed_held"),
    ("sequence", "computed_sequence"),
    ("spent", "computed_spent"),
    ("calls", "computed_calls"),
];

/// Postings whose balance is not the running sum, or whose number is not the next one.
const CHAIN: &str = "SELECT account, sequence AS recorded_sequence, place AS computed_sequence, \
        balance_after AS recorded, running AS computed \
    FROM (SELECT account, sequence, balance_after, \
            row_number() OVER (PARTITION BY account ORDER BY sequence) AS place, \
            CAST(sum(CASE WHEN credit_account = account THEN amount ELSE -amount END) \
                OVER (PARTITION BY account ORDER BY sequence) AS bigint) AS running \
        FROM postings) chain \
    WHERE sequence <> place OR balance_after <> running ORDER BY account, sequence LIMIT $1";

/// Captured holds without their posting.
const CAPTURES: &str = "SELECT h.account, CAST(count(*) AS bigint) AS recorded, CAST(0 AS bigint) AS computed \
    FROM holds h LEFT JOIN postings p ON p.id = h.id AND p.account = h.account AND p.kind = 'capture' \
    WHERE h.state = 'captured' AND p.id IS NULL GROUP BY h.account ORDER BY h.account LIMIT $1";

/// Top-ups whose total taken back is not what their reversals and reinstatements come to.
const REVERSALS: &str = "SELECT COALESCE(r.account, p.account) AS account, COALESCE(r.total, 0) AS recorded, \
        COALESCE(p.total, 0) AS computed \
    FROM reversals r FULL JOIN (SELECT top_up, account, \
            CAST(sum(CASE WHEN kind = 'reversal' THEN amount ELSE -amount END) AS bigint) AS total \
        FROM postings WHERE top_up IS NOT NULL GROUP BY top_up, account) p \
        ON p.top_up = r.top_up AND p.account = r.account \
    WHERE COALESCE(r.total, 0) <> COALESCE(p.total, 0) LIMIT $1";

/// Top-ups whose residue taken back is not what their reversals and reinstatements come to.
const RESIDUES: &str = "SELECT r.account, r.residue AS recorded, COALESCE(p.residue, 0) AS computed \
    FROM reversals r LEFT JOIN (SELECT top_up, account, \
            CAST(sum(CASE WHEN kind = 'reversal' THEN residue ELSE -residue END) AS bigint) AS residue \
        FROM postings WHERE top_up IS NOT NULL GROUP BY top_up, account) p \
        ON p.top_up = r.top_up AND p.account = r.account \
    WHERE r.residue <> COALESCE(p.residue, 0) LIMIT $1";
const RESIDUE: &str = "SELECT CAST(COALESCE(sum(CASE WHEN kind = 'reversal' THEN -residue ELSE residue END), 0) \
    AS bigint) AS residue FROM postings WHERE residue <> 0";
const HOUSE: &str = "SELECT house, CAST(sum(amount) AS bigint) AS amount FROM \
    (SELECT credit_account AS house, amount FROM postings WHERE credit_account <> account \
    UNION ALL SELECT debit_account AS house, -amount AS amount FROM postings WHERE debit_account <> account) sides \
    GROUP BY house";

pub(super) async fn verify(store: &Store) -> Result<Audit, LedgerError> {
    retry(|| async {
        let mut snapshot = store.snapshot().await?;
        let mut audit = Audit::default();
        let counts = query(COUNTS).fetch_one(&mut *snapshot).await?;
        audit.accounts = rows::count(&counts, "accounts")?;
        audit.postings = rows::count(&counts, "postings")?;
        audit.open_holds = rows::count(&counts, "open_holds")?;
        audit.house = house(&mut snapshot, store).await?;

        let found = differing(&mut snapshot, ACCOUNTS).await?;
        for row in &found {
            for (recorded, computed) in FIGURES {
                note(&mut audit, row, recorded, recorded, computed)?;
            }
        }
        for row in &differing(&mut snapshot, CHAIN).await? {
            note(&mut audit, row, "posting sequence", "recorded_sequence", "computed_sequence")?;
            note(&mut audit, row, "posting balance_after", "recorded", "computed")?;
        }
        for row in &differing(&mut snapshot, CAPTURES).await? {
            note(&mut audit, row, "captured holds without posting", "recorded", "computed")?;
        }
        for row in &differing(&mut snapshot, REVERSALS).await? {
            note(&mut audit, row, "taken back", "recorded", "computed")?;
        }
        for row in &differing(&mut snapshot, RESIDUES).await? {
            note(&mut audit, row, "residue taken back", "recorded", "computed")?;
        }
        let residue = query(RESIDUE).fetch_one(&mut *snapshot).await?;
        audit.residue = Residue::from_picos(residue.try_get("residue")?);
        Ok::<_, Failure<LedgerError>>(audit)
    })
    .await
}

async fn differing(snapshot: &mut Connection, statement: &'static str) -> Decoded<Vec<Row>> {
    let most = i64::try_from(Audit::MAX_DIFFERENCES).unwrap_or(i64::MAX);
    query(statement).bind(most).fetch_all(snapshot).await
}

/// Notes a figure when it differs. Amounts are told in micros, as they are stored.
fn note(audit: &mut Audit, row: &Row, figure: &'static str, recorded: &str, computed: &str) -> Decoded<()> {
    let (recorded, computed): (i64, i64) = (row.try_get(recorded)?, row.try_get(computed)?);
    if recorded != computed && audit.differences.len() < Audit::MAX_DIFFERENCES {
        let account: AccountId = rows::account_id(row, "account")?;
        audit.differences.push(Difference::new(account, figure, &recorded, &computed));
    }
    Ok(())
}

async fn house(snapshot: &mut Connection, store: &Store) -> Decoded<Vec<(HouseAccount, Money)>> {
    let mut balances = Vec::new();
    for row in query(HOUSE).fetch_all(snapshot).await? {
        if let BookAccount::House(account) = rows::word(&row, "house")? {
            balances.push((account, rows::money(&row, "amount", store.settings.currency())?));
        }
    }
    balances.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(balances)
}
