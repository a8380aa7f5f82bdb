//! How the merchant's balance moves.

use crate::simulators::stripe::ids;
use crate::simulators::stripe::objects::BalanceTransaction;
use crate::simulators::stripe::state::{Moment, State};

/// What moves: the amount without Stripe's fee, which never counts towards a payment or a dispute.
pub(super) struct Movement<'a> {
    pub(super) kind: &'a str,
    pub(super) category: &'a str,
    pub(super) amount: i64,
    pub(super) fee: i64,
    pub(super) currency: &'a str,
    pub(super) source: &'a str,
}

impl State {
    /// Books a movement and returns its id.
    pub(super) fn book(&mut self, moment: &Moment, movement: &Movement<'_>) -> String {
        let id = ids::new("txn");
        self.transactions.insert(BalanceTransaction {
            id: id.clone(),
            kind: movement.kind.to_owned(),
            category: movement.category.to_owned(),
            amount: movement.amount,
            fee: movement.fee,
            currency: movement.currency.to_owned(),
            source: movement.source.to_owned(),
            created: moment.now,
        });
        id
    }
}
