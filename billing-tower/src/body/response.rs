use std::{
    fmt, mem,
    pin::Pin,
    task::{Context, Poll, ready},
};

use billing_core::{BoxError, LedgerError};
use bytes::{Buf, Bytes};
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use crate::guard::{Capturing, HoldGuard};

pin_project! {
    /// Response body of [`Charge`](crate::Charge): its end waits until the call is charged, everything before it
    /// passes at once.
    ///
    /// If the call can't be charged, the body ends with an error, so that nobody takes an uncharged answer for a whole
    /// one. Dropped before its end, the call is settled in the background.
    pub struct ResponseBody<B>
    where
        B: Body,
    {
        #[pin]
        kind: Kind<B, B::Data>,
    }
}

pin_project! {
    #[project = KindProjection]
    enum Kind<B, D> {
        Refused { json: Bytes },
        Passed { #[pin] body: B, stage: Stage<D> },
    }
}

/// How far a body is on its way to be charged.
enum Stage<D> {
    /// The end is still to come.
    Due { guard: HoldGuard, bytes_left: Option<u64> },
    /// The end waits, and with it the last frame, if that frame is the end.
    Ending { capturing: Capturing, last: Option<Frame<D>> },
    /// There is nothing to charge, or nothing any more.
    Settled,
}

impl<B: Body> ResponseBody<B> {
    pub(crate) fn refused(json: Bytes) -> Self {
        Self { kind: Kind::Refused { json } }
    }

    pub(crate) fn settled(body: B) -> Self {
        Self { kind: Kind::Passed { body, stage: Stage::Settled } }
    }

    /// A body that is charged at its end. `length` is what its head announces: a server stops reading there, whether
    /// or not the body has said that it is done.
    pub(crate) fn due(body: B, guard: HoldGuard, length: Option<u64>) -> Self {
        Self { kind: Kind::Passed { body, stage: Stage::Due { guard, bytes_left: length } } }
    }
}

impl<B> Body for ResponseBody<B>
where
    B: Body,
    B::Data: From<Bytes>,
    B::Error: Into<BoxError>,
{
    type Data = B::Data;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        match self.project().kind.project() {
            KindProjection::Refused { json } => {
                let json = Some(mem::take(json)).filter(|json| !json.is_empty());
                Poll::Ready(json.map(|json| Ok(Frame::data(json.into()))))
            }
            KindProjection::Passed { body, stage } => poll_passed(body, stage, cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.kind {
            Kind::Refused { json } => json.is_empty(),
            Kind::Passed { body, stage: Stage::Settled } => body.is_end_stream(),
            Kind::Passed { .. } => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Refused { json } => SizeHint::with_exact(length(json)),
            Kind::Passed { body, stage } => stage.size_hint(&body.size_hint()),
        }
    }
}

/// A frame; the end, when there is none; or an error.
type Ended<D> = Result<Option<Frame<D>>, BoxError>;

fn poll_passed<B>(
    mut body: Pin<&mut B>,
    stage: &mut Stage<B::Data>,
    cx: &mut Context<'_>,
) -> Poll<Option<Result<Frame<B::Data>, BoxError>>>
where
    B: Body,
    B::Error: Into<BoxError>,
{
    loop {
        match stage {
            Stage::Settled => return body.poll_frame(cx).map_err(Into::into),
            Stage::Ending { capturing, last } => {
                let charged = ready!(Pin::new(capturing).poll(cx));
                let last = last.take();
                *stage = Stage::Settled;
                return Poll::Ready(match charged {
                    Ok(()) => last.map(Ok),
                    Err(error) => Some(Err(Uncharged(error).into())),
                });
            }
            Stage::Due { bytes_left, .. } => {
                let frame = ready!(body.as_mut().poll_frame(cx)).transpose().map_err(Into::into);
                if let Ok(Some(passing)) = &frame
                    && !completes(passing, bytes_left)
                    && !body.is_end_stream()
                {
                    return Poll::Ready(frame.transpose());
                }
                if let Some(passing) = stage.end(frame) {
                    return Poll::Ready(passing.transpose());
                }
            }
        }
    }
}

impl<D: Buf> Stage<D> {
    /// Takes in how the body ends: by a last frame, by itself, or by an error. Gives it back if it need not wait.
    fn end(&mut self, end: Ended<D>) -> Option<Ended<D>> {
        let Self::Due { mut guard, .. } = mem::replace(self, Self::Settled) else {
            return Some(end);
        };
        let Ok(last) = end else {
            guard.fail();
            return Some(end);
        };
        match guard.finish() {
            Some(capturing) => {
                *self = Self::Ending { capturing, last };
                None
            }
            None => Some(Ok(last)),
        }
    }

    /// The hint of the inner body, with the frame that waits here added to it.
    fn size_hint(&self, inner: &SizeHint) -> SizeHint {
        let waiting = match self {
            Self::Ending { last: Some(frame), .. } => frame.data_ref().map_or(0, length),
            Self::Due { .. } | Self::Ending { .. } | Self::Settled => 0,
        };
        let mut hint = SizeHint::new();
        hint.set_lower(inner.lower().saturating_add(waiting));
        if let Some(upper) = inner.upper() {
            hint.set_upper(upper.saturating_add(waiting));
        }
        hint
    }
}

/// Whether a message is whole with this frame: trailers end it, and so does the last byte that was announced.
fn completes<D: Buf>(frame: &Frame<D>, bytes_left: &mut Option<u64>) -> bool {
    match (frame.data_ref(), bytes_left) {
        (None, _) => frame.is_trailers(),
        (Some(_), None) => false,
        (Some(data), Some(left)) => {
            *left = left.saturating_sub(length(data));
            *left == 0
        }
    }
}

fn length(data: &impl Buf) -> u64 {
    u64::try_from(data.remaining()).unwrap_or(u64::MAX)
}

impl<B: Body> fmt::Debug for ResponseBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseBody").finish_non_exhaustive()
    }
}

/// The call could not be charged at its end.
#[derive(Debug, thiserror::Error)]
#[error("the call could not be charged")]
struct Uncharged(#[source] LedgerError);
