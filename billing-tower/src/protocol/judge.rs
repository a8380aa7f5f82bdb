use bytes::Buf;
use http::{HeaderMap, Method, Response};

use super::{Protocol, grpc, tail::Tail};

/// Tells from an answer whether the call has delivered what is paid for.
#[derive(Debug)]
pub(crate) enum Judge {
    /// The head has told.
    Told(bool),
    /// The trailers tell.
    Grpc,
    /// The body tells.
    JsonRpc(Tail),
}

impl Judge {
    /// Looks at the head.
    pub(crate) fn new<B>(protocol: Protocol, method: &Method, response: &Response<B>) -> Self {
        let succeeds = response.status().is_success() && method != Method::HEAD && method != Method::OPTIONS;
        match protocol {
            _ if !succeeds => Self::Told(false),
            Protocol::Http => Self::Told(true),
            // A browser's gRPC has its status in the body, which is read by nobody here.
            Protocol::Grpc if grpc::is_web(response.headers()) => Self::Told(true),
            Protocol::Grpc => grpc::status(response.headers()).map_or(Self::Grpc, Self::Told),
            Protocol::JsonRpc | Protocol::Mcp => Self::JsonRpc(Tail::new(response.headers())),
        }
    }

    /// Whether the call delivers, as far as it has told: its client pays when it goes.
    pub(crate) fn begins(&self) -> bool {
        match self {
            Self::Told(delivers) => *delivers,
            Self::Grpc => true,
            Self::JsonRpc(tail) => !tail.has_failed(),
        }
    }

    pub(crate) fn see_data(&mut self, data: &impl Buf) {
        if let Self::JsonRpc(tail) = self {
            tail.see(data);
        }
    }

    pub(crate) fn see_trailers(&mut self, trailers: &HeaderMap) {
        if let Self::Grpc = self {
            *self = Self::Told(grpc::status(trailers).unwrap_or(false));
        }
    }

    /// Whether the call has delivered, at the end of its answer.
    pub(crate) fn delivered(self) -> bool {
        match self {
            Self::Told(delivered) => delivered,
            // gRPC without a status is a call that broke off.
            Self::Grpc => false,
            Self::JsonRpc(tail) => tail.delivered(),
        }
    }
}
