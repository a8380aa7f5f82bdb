use bytes::Buf;
use http::HeaderName;
use http_body::Frame;

use crate::{cost_header::take_cost, guard::HoldGuard, protocol::Judge};

/// The trailer that tells what a call has cost.
pub(crate) const CHARGED: HeaderName = HeaderName::from_static("x-billing-charged");

/// What is needed when a body ends.
pub(crate) struct Ending {
    pub(crate) guard: HoldGuard,
    pub(crate) judge: Judge,
    /// What is left of the length that the head announces: a server stops reading there, whether or not the body has
    /// said that it is done.
    pub(crate) bytes_left: Option<u64>,
    pub(crate) cost_header: Option<HeaderName>,
    /// Whether trailers tell the cost.
    pub(crate) announces: bool,
}

impl Ending {
    /// Takes note of a frame. Whether the message is whole with it: trailers end it, and so does the last byte that was
    /// announced.
    pub(super) fn sees<D: Buf>(&mut self, frame: &mut Frame<D>) -> bool {
        if let Some(trailers) = frame.trailers_mut() {
            take_cost(self.cost_header.as_ref(), trailers, self.guard.meter());
            self.judge.see_trailers(trailers);
            return true;
        }
        let Some(data) = frame.data_ref() else { return false };
        self.judge.see_data(data);
        self.guard.answer(self.judge.begins());
        match &mut self.bytes_left {
            None => false,
            Some(left) => {
                *left = left.saturating_sub(length(data));
                *left == 0
            }
        }
    }
}

pub(super) fn length(data: &impl Buf) -> u64 {
    u64::try_from(data.remaining()).unwrap_or(u64::MAX)
}
