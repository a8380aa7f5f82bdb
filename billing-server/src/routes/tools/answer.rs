//! The body of an answer on its way to the caller: each piece passes at once.
use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use billing_core::BoxError;
use billing_tower::Meter;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep};

use super::{cost, headers, upload::Progress};
use crate::error::chain;

/// A caller that takes longer to read a piece is slow. Whoever answers it may lose patience.
const READER_PATIENCE: Duration = Duration::from_secs(15);

/// What an answer depends on beside itself.
#[derive(Clone, Debug)]
pub(super) struct Terms {
    /// The call's meter; the cost may come behind the body. `None` where nothing is charged.
    pub(super) meter: Option<Meter>,
    /// How the body of the call goes, which may still be on its way.
    pub(super) upload: Progress,
    /// Whether the answer is one that is paid for.
    pub(super) is_paid: bool,
    /// How long the upstream may be silent.
    pub(super) idle_timeout: Duration,
}

/// The body of an answer, within bounds. It ends with an error where the upstream breaks off or falls silent.
pub(super) struct Answer<B> {
    body: B,
    terms: Terms,
    /// When the upstream has been silent for too long; begins anew with each piece that is waited for.
    silence: Pin<Box<Sleep>>,
    is_waiting: bool,
    handed_over_at: Option<Instant>,
    is_reader_slow: bool,
}

impl<B> Answer<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<BoxError>,
{
    pub(super) fn new(body: B, terms: Terms) -> Self {
        Self {
            body,
            silence: Box::pin(sleep(terms.idle_timeout)),
            terms,
            is_waiting: false,
            handed_over_at: None,
            is_reader_slow: false,
        }
    }

    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let Poll::Ready(piece) = Pin::new(&mut self.body).poll_frame(cx) else {
            if !self.is_waiting {
                self.silence.as_mut().reset(Instant::now() + self.terms.idle_timeout);
                self.is_waiting = true;
            }
            return self.silence.as_mut().poll(cx).map(|()| Some(Err(Silent.into())));
        };
        self.is_waiting = false;
        Poll::Ready(piece.map(|piece| piece.map_err(Into::into)))
    }

    /// The answer has broken off. If that may be the caller's own doing, it pays for what it has read: else it could
    /// have every answer but its end for nothing.
    fn break_off(&self, error: &BoxError) {
        if self.terms.upload.fault().is_none() && !self.is_reader_slow {
            tracing::warn!("answer of the tools broke off: {}", chain(&**error));
            return;
        }
        tracing::info!("answer of the tools broke off by its caller's doing: {}", chain(&**error));
        if let Some(meter) = self.terms.meter.as_ref().filter(|_| self.terms.is_paid)
            && meter.reading().is_none()
            && let Some(held) = meter.remaining()
        {
            meter.record(held);
        }
    }
}

impl<B> Body for Answer<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        if let Some(handed_over_at) = self.handed_over_at.take() {
            self.is_reader_slow |= handed_over_at.elapsed() > READER_PATIENCE;
        }
        self.poll_piece(cx).map(|piece| match piece?.map(Frame::into_trailers) {
            Ok(Err(data)) => {
                self.handed_over_at = Some(Instant::now());
                Some(
                    data.into_data().map(Frame::data).map_err(|_| BoxError::from("a frame of no known kind")),
                )
            }
            Ok(Ok(mut trailers)) => {
                cost::record(&trailers, self.terms.meter.as_ref());
                headers::clean(&mut trailers);
                (!trailers.is_empty()).then(|| Ok(Frame::trailers(trailers)))
            }
            Err(error) => {
                self.break_off(&error);
                Some(Err(error))
            }
        })
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The upstream has not gone on in time.
#[derive(Debug, thiserror::Error)]
#[error("the upstream fell silent")]
struct Silent;
