//! Column lists that several statements share.

/// All columns of a webhook; JSON columns are read as the text that was written.
macro_rules! webhook_columns {
    () => {
        "id, gateway, event, kind, CAST(headers AS text) AS headers, body, CAST(content AS text) AS content, state, \
        detail, deliveries, attempts, next_try_at, received_at, updated_at"
    };
}

/// All columns of a posting; a JSON column is read as the text that was written.
macro_rules! posting_columns {
    () => {
        "id, account, sequence, kind, debit_account, credit_account, amount, balance_after, uncollected, residue, late, \
        would_refuse, operation, CAST(breakdown AS text) AS breakdown, top_up, memo, actor, created_at"
    };
}

/// All columns of a message in the outbox.
macro_rules! outbox_columns {
    () => {
        "key, account, CAST(event AS text) AS event, created_at, state, attempts, next_try_at, waiting_since, detail, \
        updated_at"
    };
}

/// Whether an account's alarm is armed by money that comes in, as `BalanceAlarm::is_clear` decides it.
macro_rules! alarm_is_clear {
    ($posted:literal) => {
        concat!(
            "(",
            $posted,
            " > alarm_threshold AND ",
            $posted,
            " >= alarm_threshold + alarm_threshold / 5)"
        )
    };
}
