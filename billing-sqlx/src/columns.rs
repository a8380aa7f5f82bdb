//! Column lists that several statements share.

/// All columns of a posting; a JSON column is read as the text that was written.
macro_rules! posting_columns {
    () => {
        "id, account, sequence, kind, debit_account, credit_account, amount, balance_after, uncollected, late, \
        operation, CAST(breakdown AS text) AS breakdown, top_up, memo, actor, created_at"
    };
}
