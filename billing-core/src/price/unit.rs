use rust_decimal::Decimal;

/// What is counted, and what one of it costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unit {
    pub(super) name: String,
    pub(super) price: UnitPrice,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum UnitPrice {
    /// The same for everybody.
    Flat(Decimal),
    /// By the payer's paid calls of the month so far.
    Stepped {
        /// In rising order.
        steps: Vec<Step>,
        /// From the last step on.
        last: Decimal,
    },
}

/// A price for those who have made fewer calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) below: u64,
    pub(super) price: Decimal,
}

impl UnitPrice {
    /// For a payer who has made so many paid calls this month.
    pub(super) fn at(&self, volume: u64) -> Decimal {
        match self {
            Self::Flat(price) => *price,
            Self::Stepped { steps, last } => {
                steps.iter().find(|step| volume < step.below).map_or(*last, |step| step.price)
            }
        }
    }

    pub(super) fn is_stepped(&self) -> bool {
        matches!(self, Self::Stepped { .. })
    }

    pub(super) fn highest(&self) -> Decimal {
        match self {
            Self::Flat(price) => *price,
            Self::Stepped { steps, last } => steps.iter().map(|step| step.price).fold(*last, Decimal::max),
        }
    }
}
