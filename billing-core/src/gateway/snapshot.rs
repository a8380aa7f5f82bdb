use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{Money, PaymentId, UnknownWord};

/// Which payment: by our id, the provider's, or both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PaymentRef {
    /// Our id, where the provider gave it back.
    pub id: Option<PaymentId>,
    /// The provider's id of the order.
    pub external_id: Option<String>,
}

impl PaymentRef {
    /// A payment by what is known of it.
    pub fn new(id: Option<PaymentId>, external_id: Option<String>) -> Self {
        Self { id, external_id }
    }
}

/// How a payment stands, as its gateway tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PaymentSnapshot {
    /// Which payment.
    pub payment: PaymentRef,
    /// How far it has come.
    pub status: PaymentStatus,
    /// What was really paid; `None` when unknown.
    pub paid: Option<Money>,
    /// All that was taken back of it; `None` when unknown, which is not the same as nothing.
    pub take_backs: Option<Vec<TakeBack>>,
    /// Why the last attempt to pay failed.
    pub failure: Option<Failure>,
    /// Whether the provider names another merchant than ours: somebody has to look before anything is credited.
    pub other_merchant: bool,
}

impl PaymentSnapshot {
    /// A snapshot of which only the status is known.
    pub fn new(payment: PaymentRef, status: PaymentStatus) -> Self {
        Self { payment, status, paid: None, take_backs: None, failure: None, other_merchant: false }
    }

    /// What was really paid.
    #[must_use]
    pub fn with_paid(mut self, paid: Money) -> Self {
        self.paid = Some(paid);
        self
    }

    /// All that was taken back.
    #[must_use]
    pub fn with_take_backs(mut self, take_backs: Vec<TakeBack>) -> Self {
        self.take_backs = Some(take_backs);
        self
    }

    /// The provider names another merchant than ours.
    #[must_use]
    pub fn with_other_merchant(mut self) -> Self {
        self.other_merchant = true;
        self
    }

    /// Why the last attempt failed.
    #[must_use]
    pub fn with_failure(mut self, failure: Failure) -> Self {
        self.failure = Some(failure);
        self
    }
}

/// How far a payment has come. It only rises: Pending, Processing, then Failed, Canceled or Expired, then Succeeded,
/// which always wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PaymentStatus {
    /// Waiting for the payer.
    Pending,
    /// Paid by the payer, not yet sure.
    Processing,
    /// It ended without money.
    Failed,
    /// It was closed before it was paid.
    Canceled,
    /// Its time was over.
    Expired,
    /// Paid.
    Succeeded,
}

impl PaymentStatus {
    /// All statuses.
    pub const ALL: [Self; 6] =
        [Self::Pending, Self::Processing, Self::Failed, Self::Canceled, Self::Expired, Self::Succeeded];

    /// The word for storage and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Processing => "processing",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
            Self::Expired => "expired",
            Self::Succeeded => "succeeded",
        }
    }

    /// Whether nothing but a success may follow.
    pub const fn is_final(self) -> bool {
        self.rank() >= 2
    }

    /// The status after hearing `news`: it rises or stays.
    #[must_use]
    pub const fn raised_by(self, news: Self) -> Self {
        if news.rank() > self.rank() { news } else { self }
    }

    const fn rank(self) -> u8 {
        match self {
            Self::Pending => 0,
            Self::Processing => 1,
            Self::Failed | Self::Canceled | Self::Expired => 2,
            Self::Succeeded => 3,
        }
    }
}

impl fmt::Display for PaymentStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for PaymentStatus {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|status| status.as_str() == word)
            .ok_or_else(|| UnknownWord::new("payment status", word))
    }
}

/// A refund or dispute: money that the provider has taken back.
///
/// Both figures only grow, so that hearing of it twice, late or out of order ends in the same place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TakeBack {
    /// The provider's id of it.
    pub id: String,
    /// What it is.
    pub kind: TakeBackKind,
    /// What was really withdrawn.
    pub taken: Money,
    /// What came back of that: a failed refund, a dispute won.
    pub returned: Money,
    /// Which operator entered it by hand, where the provider does not tell.
    pub actor: Option<String>,
}

impl TakeBack {
    /// `taken` was withdrawn and nothing came back.
    pub fn new(id: impl Into<String>, kind: TakeBackKind, taken: Money) -> Self {
        Self { id: id.into(), kind, taken, returned: Money::zero(taken.currency()), actor: None }
    }

    /// Entered by hand.
    #[must_use]
    pub fn with_actor(mut self, actor: impl Into<String>) -> Self {
        self.actor = Some(actor.into());
        self
    }

    /// What came back.
    #[must_use]
    pub fn with_returned(mut self, returned: Money) -> Self {
        self.returned = returned;
        self
    }

    /// Taken and not come back; never below zero.
    pub fn net(&self) -> Money {
        let net = self.taken.micros().saturating_sub(self.returned.micros()).max(0);
        Money::from_micros(net, self.taken.currency())
    }

    /// What is known after hearing `news` of the same object.
    #[must_use]
    pub fn merged_with(&self, news: &Self) -> Self {
        let greater = |a: Money, b: Money| if a.micros() >= b.micros() { a } else { b };
        Self {
            taken: greater(self.taken, news.taken),
            returned: greater(self.returned, news.returned),
            ..self.clone()
        }
    }
}

/// What kind of take-back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TakeBackKind {
    /// We, or somebody at the provider's console, gave money back.
    Refund,
    /// The payer's bank took money back.
    Dispute,
}

impl TakeBackKind {
    /// The word for storage.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Refund => "refund",
            Self::Dispute => "dispute",
        }
    }
}

impl FromStr for TakeBackKind {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        [Self::Refund, Self::Dispute]
            .into_iter()
            .find(|kind| kind.as_str() == word)
            .ok_or_else(|| UnknownWord::new("take-back kind", word))
    }
}

/// Why an attempt to pay failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Failure {
    /// The provider's code, such as `card_declined`.
    pub code: String,
    /// What the payer may read.
    pub message: Option<String>,
}

impl Failure {
    const LONGEST_CODE: usize = 64;
    const LONGEST_MESSAGE: usize = 500;

    /// A failure by its code. Control characters are left out, and what is too long is cut: not every storage takes
    /// whatever a provider says.
    pub fn new(code: impl Into<String>, message: Option<String>) -> Self {
        Self {
            code: plain(&code.into(), Self::LONGEST_CODE),
            message: message.map(|message| plain(&message, Self::LONGEST_MESSAGE)),
        }
    }
}

fn plain(text: &str, longest: usize) -> String {
    text.chars().filter(|character| !character.is_control()).take(longest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Currency;

    #[test]
    fn a_status_only_rises_and_success_always_wins() {
        use PaymentStatus::{Canceled, Failed, Pending, Processing, Succeeded};
        assert_eq!(Processing.raised_by(Pending), Processing);
        assert_eq!(Failed.raised_by(Canceled), Failed);
        assert_eq!(Canceled.raised_by(Succeeded), Succeeded);
        assert_eq!(Succeeded.raised_by(Failed), Succeeded);
    }

    #[test]
    fn a_failure_is_told_in_plain_words() {
        let failure = Failure::new("1\u{0}\r\n037", Some(format!("Ні.\u{1b}[31m{}", "x".repeat(1_000))));
        assert_eq!(failure.code, "1037");
        assert_eq!(failure.message, Some(format!("Ні.[31m{}", "x".repeat(493))));
    }

    #[test]
    fn news_of_a_take_back_end_in_the_same_place_in_any_order() {
        let usd = |units: i64| Money::from_micros(units * 1_000_000, Currency::USD);
        let opened = TakeBack::new("dp_1", TakeBackKind::Dispute, usd(70));
        let won = opened.clone().with_returned(usd(70));
        assert_eq!(opened.merged_with(&won), won.merged_with(&opened));
        assert_eq!(won.merged_with(&opened).net(), usd(0));
    }
}
