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

#[cfg(test)]
mod tests {
    use billing_core::{Currency, Money};
    use http::{HeaderMap, HeaderName, HeaderValue};
    use http_body_util::{
        BodyExt as _,
        channel::{Channel, Sender},
    };
    use tokio::time::advance;

    use super::*;

    const IDLE: Duration = Duration::from_mins(1);

    type Pieces = Channel<Bytes, BoxError>;

    /// An answer to a call that a dollar is held for.
    fn answer() -> (Sender<Bytes, BoxError>, Answer<Pieces>, Meter) {
        let (pieces, body) = Channel::new(8);
        let meter = Meter::new(Money::from_micros(1_000_000, Currency::USD));
        let terms = Terms {
            meter: Some(meter.clone()),
            upload: Progress::default(),
            is_paid: true,
            idle_timeout: IDLE,
        };
        (pieces, Answer::new(body, terms), meter)
    }

    async fn next(answer: &mut Answer<Pieces>) -> Result<Bytes, String> {
        let frame = answer.frame().await.unwrap().map_err(|error| error.to_string())?;
        Ok(frame.into_data().unwrap())
    }

    #[tokio::test(start_paused = true)]
    async fn only_the_silence_of_the_upstream_ends_an_answer() {
        let (mut pieces, mut answer, meter) = answer();
        pieces.send_data("1".into()).await.unwrap();
        assert_eq!(next(&mut answer).await.unwrap(), "1");
        // Nobody reads for a while.
        advance(IDLE * 10).await;
        assert!(tokio::time::timeout(IDLE / 2, answer.frame()).await.is_err());
        pieces.send_data("2".into()).await.unwrap();
        assert_eq!(next(&mut answer).await.unwrap(), "2");
        assert_eq!(next(&mut answer).await, Err("the upstream fell silent".to_owned()));
        // The reader was slow before.
        assert!(meter.reading().is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn who_reads_too_slowly_pays_for_what_was_read() {
        for (pause, charged) in [(READER_PATIENCE * 2, Some(1_000_000)), (READER_PATIENCE / 2, None)] {
            let (mut pieces, mut answer, meter) = answer();
            pieces.send_data("1".into()).await.unwrap();
            next(&mut answer).await.unwrap();
            advance(pause).await;
            pieces.abort("reset".into());
            assert_eq!(next(&mut answer).await, Err("reset".to_owned()));
            assert_eq!(meter.reading().map(Money::micros), charged, "{pause:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_metered_holds_whoever_breaks_off() {
        let (mut pieces, mut answer, meter) = answer();
        pieces.send_data("1".into()).await.unwrap();
        next(&mut answer).await.unwrap();
        meter.record(Money::from_micros(5, Currency::USD));
        advance(READER_PATIENCE * 2).await;
        pieces.abort("reset".into());
        next(&mut answer).await.unwrap_err();
        assert_eq!(meter.reading().map(Money::micros), Some(5));
    }

    #[tokio::test]
    async fn a_cost_behind_the_body_is_metered_and_not_told() {
        for (others, told) in [(None, false), (Some(("x-checksum", "7")), true)] {
            let (mut pieces, answer, meter) = answer();
            let lines = [("x-billing-cost", "0.25")].into_iter().chain(others);
            let trailers: HeaderMap = lines
                .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
                .collect();
            pieces.send_trailers(trailers).await.unwrap();
            drop(pieces);
            let collected = answer.collect().await.unwrap();
            assert_eq!(collected.trailers().is_some(), told);
            assert!(collected.trailers().is_none_or(|trailers| !trailers.contains_key("x-billing-cost")));
            assert_eq!(meter.reading().map(Money::micros), Some(250_000));
        }
    }
}
