//! Bodies on their way through the layer.
mod ending;
mod request;
mod response;

pub(crate) use ending::{CHARGED, Ending};
pub use request::RequestBody;
pub use response::ResponseBody;
