use std::{
    collections::VecDeque,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use http_body::{Body, Frame, SizeHint};
use tower::BoxError;

/// What a body does next.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Data(&'static str),
    Trailers,
    /// Trailers of gRPC, with this status.
    Status(&'static str),
    /// Lets go once.
    Pause,
    /// Never goes on.
    Stall,
    Error,
    Panic,
}

/// A body that follows a script.
#[derive(Clone, Debug, Default)]
pub(crate) struct Script {
    steps: VecDeque<Step>,
    /// Whether it says so when it is done; else one learns it from the end of the stream.
    tells_end: bool,
    length: Option<u64>,
}

impl Script {
    /// A body that says when it is done, as bodies in one piece do.
    pub(crate) fn told(steps: impl Into<VecDeque<Step>>) -> Self {
        Self { steps: steps.into(), tells_end: true, length: None }
    }

    /// A body whose end comes as a surprise, as streams do.
    pub(crate) fn streamed(steps: impl Into<VecDeque<Step>>) -> Self {
        Self { steps: steps.into(), tells_end: false, length: None }
    }

    /// Tells the length by its hint.
    pub(crate) fn with_length(mut self, length: u64) -> Self {
        self.length = Some(length);
        self
    }
}

impl Body for Script {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let Some(step) = self.steps.pop_front() else {
            return Poll::Ready(None);
        };
        match step {
            Step::Data(text) => {
                self.length = self.length.map(|length| length - u64::try_from(text.len()).unwrap());
                Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(text.as_bytes())))))
            }
            Step::Trailers => {
                let mut trailers = HeaderMap::new();
                trailers.insert("checksum", HeaderValue::from_static("0"));
                Poll::Ready(Some(Ok(Frame::trailers(trailers))))
            }
            Step::Status(status) => {
                let mut trailers = HeaderMap::new();
                trailers.insert("grpc-status", HeaderValue::from_static(status));
                Poll::Ready(Some(Ok(Frame::trailers(trailers))))
            }
            Step::Pause => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Step::Stall => {
                self.steps.push_front(Step::Stall);
                Poll::Pending
            }
            Step::Error => Poll::Ready(Some(Err("the upstream broke off".into()))),
            Step::Panic => panic!("the body does not know what to do"),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.tells_end && self.steps.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        self.length.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}
