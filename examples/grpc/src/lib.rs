//! The service: what is sold, how it is metered, and its generated code.
mod service;

pub use service::PaidTools;

/// What `build.rs` has made of the protocol.
#[allow(missing_docs, unreachable_pub, clippy::pedantic, clippy::clone_on_ref_ptr, reason = "generated")]
pub mod v1 {
    tonic::include_proto!("example.v1");
}
