//! Bodies on their way through the layer.
mod request;
mod response;

pub use request::RequestBody;
pub use response::ResponseBody;
