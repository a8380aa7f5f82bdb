//! Webhooks: signed, delivered, retried, and disturbed on demand.

mod courier;
mod delivery;
mod plan;
mod signature;

pub(super) use self::courier::{Courier, Parcel, run};
pub use self::delivery::Delivery;
pub use self::plan::{DeliveryPlan, ReleaseOrder};
pub use self::signature::signature_header;
