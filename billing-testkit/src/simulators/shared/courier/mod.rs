//! The courier carries events to the merchant's endpoint, and is disturbed on demand.

mod chaos;
mod delivery;
mod desk;
mod plan;
mod release;
mod round;

pub use self::chaos::Chaos;
pub use self::delivery::Delivery;
pub(crate) use self::desk::{Courier, Letter, Sender};
pub use self::plan::DeliveryPlan;
pub use self::release::ReleaseOrder;
pub(crate) use self::round::run;
