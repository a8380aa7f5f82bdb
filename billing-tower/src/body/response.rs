use std::{
    fmt, mem,
    pin::Pin,
    task::{Context, Poll, ready},
};

use billing_core::{BoxError, LedgerError, Money};
use bytes::{Buf, Bytes};
use http::{HeaderMap, HeaderName, HeaderValue};
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use super::ending::{CHARGED, Ending, length};
use crate::guard::Capturing;

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
    Due(Box<Ending>),
    /// The end waits, and with it the last frame, if that frame is the end.
    Capturing { capturing: Capturing, last: Option<Frame<D>>, announces: bool },
    /// The last frame has passed; the trailers tell what was charged.
    Announcing(HeaderMap),
    /// There is nothing to charge, or nothing any more.
    Settled,
    /// There is nothing to charge, and nobody is told what it would have cost.
    Unbilled(HeaderName),
    /// Our own trailers were the end.
    Over,
}

impl<B: Body> ResponseBody<B> {
    pub(crate) fn refused(json: Bytes) -> Self {
        Self { kind: Kind::Refused { json } }
    }

    pub(crate) fn settled(body: B) -> Self {
        Self { kind: Kind::Passed { body, stage: Stage::Settled } }
    }

    /// A body that is not charged, and whose trailers may tell a cost.
    pub(crate) fn unbilled(body: B, cost_header: Option<HeaderName>) -> Self {
        let stage = cost_header.map_or(Stage::Settled, Stage::Unbilled);
        Self { kind: Kind::Passed { body, stage } }
    }

    /// A body that is charged at its end.
    pub(crate) fn due(body: B, ending: Ending) -> Self {
        Self { kind: Kind::Passed { body, stage: Stage::Due(Box::new(ending)) } }
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
            Kind::Passed { body, stage: Stage::Settled | Stage::Unbilled(_) } => body.is_end_stream(),
            Kind::Passed { stage: Stage::Over, .. } => true,
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
            Stage::Unbilled(cost_header) => {
                let mut frame = ready!(body.poll_frame(cx));
                if let Some(Ok(frame)) = &mut frame
                    && let Some(trailers) = frame.trailers_mut()
                {
                    trailers.remove(&*cost_header);
                }
                return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
            }
            Stage::Over => return Poll::Ready(None),
            Stage::Announcing(trailers) => {
                let trailers = mem::take(trailers);
                *stage = Stage::Over;
                return Poll::Ready(Some(Ok(Frame::trailers(trailers))));
            }
            Stage::Capturing { capturing, last, announces } => {
                let charged = ready!(Pin::new(capturing).poll(cx));
                let (last, announces) = (last.take(), *announces);
                let (next, passing) = match charged {
                    Ok(charged) => Stage::charged(last, charged.filter(|_| announces)),
                    Err(error) => (Stage::Settled, Err(Uncharged(error).into())),
                };
                *stage = next;
                return Poll::Ready(passing.transpose());
            }
            Stage::Due(ending) => {
                let mut frame = ready!(body.as_mut().poll_frame(cx)).transpose().map_err(Into::into);
                if let Ok(Some(passing)) = &mut frame
                    && !ending.sees(passing)
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
        let Self::Due(ending) = mem::replace(self, Self::Settled) else {
            return Some(end);
        };
        let Ending { mut guard, judge, announces, .. } = *ending;
        let Ok(last) = end else {
            guard.break_off();
            return Some(end);
        };
        let nothing = Money::zero(guard.estimate().currency());
        if let Some(capturing) = guard.finish(judge.delivered()) {
            *self = Self::Capturing { capturing, last, announces };
            return None;
        }
        let (next, passing) = Self::charged(last, announces.then_some(nothing));
        *self = next;
        Some(passing)
    }

    /// What follows once the call is charged: the frame that waited, and a trailer that tells what it has cost.
    fn charged(last: Option<Frame<D>>, told: Option<Money>) -> (Self, Ended<D>) {
        let cost = told.and_then(|cost| HeaderValue::try_from(cost.amount().to_string()).ok());
        let Some(cost) = cost else { return (Self::Settled, Ok(last)) };
        match last {
            Some(mut frame) => match frame.trailers_mut() {
                Some(trailers) => {
                    trailers.insert(CHARGED, cost);
                    (Self::Over, Ok(Some(frame)))
                }
                None => (Self::Announcing(HeaderMap::from_iter([(CHARGED, cost)])), Ok(Some(frame))),
            },
            None => (Self::Over, Ok(Some(Frame::trailers(HeaderMap::from_iter([(CHARGED, cost)]))))),
        }
    }

    /// The hint of the inner body, with the frame that waits here added to it.
    fn size_hint(&self, inner: &SizeHint) -> SizeHint {
        let waiting = match self {
            Self::Capturing { last: Some(frame), .. } => frame.data_ref().map_or(0, length),
            _ => 0,
        };
        let mut hint = SizeHint::new();
        hint.set_lower(inner.lower().saturating_add(waiting));
        if let Some(upper) = inner.upper() {
            hint.set_upper(upper.saturating_add(waiting));
        }
        hint
    }
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
