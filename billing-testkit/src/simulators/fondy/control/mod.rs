//! What people, payers and banks do, and how the network misbehaves: as methods, and as JSON under `/_control`.

mod http;
mod network;
mod orders;

pub(super) use self::http::router;
