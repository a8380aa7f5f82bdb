//! The body of a call on its way to the upstream: passed on piece by piece, within bounds.
use std::{
    pin::Pin,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
};

use axum::{
    body::Body,
    extract::Request,
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use billing_core::BoxError;
use bytes::Bytes;
use http::{HeaderMap, header};
use http_body::{Body as HttpBody, Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep};

use crate::{
    bounds::{BODY_TIMEOUT, DRAINED_BYTES, TOOLS_BODY_BYTES, too_long, too_slow, unreadable},
    error::ApiError,
};

/// How a call's body goes, for those who don't read it themselves.
#[derive(Clone, Debug, Default)]
pub(super) struct Progress(Arc<State>);

#[derive(Debug, Default)]
struct State {
    fault: OnceLock<Fault>,
    has_ended: AtomicBool,
}

/// Why a body did not come to its end. Each is the caller's doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    #[error("the body is too long")]
    TooLong,
    #[error("the body comes too slowly")]
    TooSlow,
    #[error("the body broke off")]
    Broken,
}

impl Progress {
    /// What is wrong with the body, as soon as it is known.
    pub(super) fn fault(&self) -> Option<Fault> {
        self.0.fault.get().copied()
    }

    /// Whether it has come to its end.
    pub(super) fn has_ended(&self) -> bool {
        self.0.has_ended.load(Ordering::Relaxed)
    }

    fn fail(&self, fault: Fault) -> BoxError {
        BoxError::from(*self.0.fault.get_or_init(|| fault))
    }
}

impl From<Fault> for ApiError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::TooLong => too_long(TOOLS_BODY_BYTES),
            Fault::TooSlow => too_slow(),
            Fault::Broken => unreadable(),
        }
    }
}

/// Bounds the body of a call without keeping it. Whoever reads it meets an error; the caller is told what is wrong,
/// unless an answer is on its way already.
pub(super) async fn limit_upload(request: Request, next: Next) -> Response {
    if announced_bytes(request.headers()).is_some_and(|length| length > TOOLS_BODY_BYTES as u64) {
        return ApiError::from(Fault::TooLong).into_response();
    }
    let progress = Progress::default();
    let mut request = request.map(|body| Body::new(Upload::new(body, progress.clone())));
    request.extensions_mut().insert(progress.clone());
    let response = next.run(request).await;
    match progress.fault() {
        Some(fault) if !response.status().is_success() => ApiError::from(fault).into_response(),
        _ => response,
    }
}

fn announced_bytes(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// A body within bounds.
struct Upload {
    body: Body,
    progress: Progress,
    seen_bytes: usize,
    /// When it has been silent for too long; begins anew with each piece that is waited for.
    silence: Pin<Box<Sleep>>,
    is_waiting: bool,
}

impl Upload {
    fn new(body: Body, progress: Progress) -> Self {
        let upload =
            Self { body, progress, seen_bytes: 0, silence: Box::pin(sleep(BODY_TIMEOUT)), is_waiting: false };
        upload.note_end();
        upload
    }

    fn note_end(&self) {
        if self.body.is_end_stream() {
            self.progress.0.has_ended.store(true, Ordering::Relaxed);
        }
    }

    /// The next piece, or the error that nothing came in time.
    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Fault>>> {
        let Poll::Ready(piece) = Pin::new(&mut self.body).poll_frame(cx) else {
            if !self.is_waiting {
                self.silence.as_mut().reset(Instant::now() + BODY_TIMEOUT);
                self.is_waiting = true;
            }
            return self.silence.as_mut().poll(cx).map(|()| Some(Err(Fault::TooSlow)));
        };
        self.is_waiting = false;
        self.note_end();
        if piece.is_none() {
            self.progress.0.has_ended.store(true, Ordering::Relaxed);
        }
        Poll::Ready(piece.map(|piece| piece.map_err(|_| Fault::Broken)))
    }
}

impl HttpBody for Upload {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        loop {
            let is_over = self.seen_bytes > TOOLS_BODY_BYTES;
            let piece = match ready!(self.poll_piece(cx)) {
                Some(Ok(piece)) => piece,
                Some(Err(_)) | None if is_over => break,
                Some(Err(fault)) => return Poll::Ready(Some(Err(self.progress.fail(fault)))),
                None => return Poll::Ready(None),
            };
            self.seen_bytes += piece.data_ref().map_or(0, Bytes::len);
            if self.seen_bytes <= TOOLS_BODY_BYTES {
                return Poll::Ready(Some(Ok(piece)));
            }
            // What is too much is thrown away, for as long as that may help the client to see the answer.
            if self.seen_bytes > TOOLS_BODY_BYTES + DRAINED_BYTES {
                break;
            }
        }
        Poll::Ready(Some(Err(self.progress.fail(Fault::TooLong))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream() && self.seen_bytes <= TOOLS_BODY_BYTES
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::{BodyExt as _, channel::Channel};

    use super::*;

    fn upload(body: impl Into<Body>) -> (Upload, Progress) {
        let progress = Progress::default();
        (Upload::new(body.into(), progress.clone()), progress)
    }

    async fn fault_of(upload: Upload) -> Fault {
        *upload.collect().await.unwrap_err().downcast().unwrap()
    }

    #[tokio::test]
    async fn a_body_of_exactly_the_limit_passes() {
        let (whole, progress) = upload(vec![7; TOOLS_BODY_BYTES]);
        assert!(!progress.has_ended());
        assert_eq!(whole.collect().await.unwrap().to_bytes().len(), TOOLS_BODY_BYTES);
        assert!(progress.has_ended() && progress.fault().is_none());
        let (longer, progress) = upload(vec![7; TOOLS_BODY_BYTES + 1]);
        assert_eq!(fault_of(longer).await, Fault::TooLong);
        assert_eq!(progress.fault(), Some(Fault::TooLong));
        assert!(upload(Body::empty()).1.has_ended());
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_may_take_its_time_but_not_fall_silent() {
        let (mut pieces, body) = Channel::<Bytes, BoxError>::new(1);
        let (upload, progress) = upload(Body::new(body));
        let reading = tokio::spawn(fault_of(upload));
        for _ in 0..10 {
            pieces.send_data(Bytes::from_static(b"x")).await.unwrap();
            tokio::time::advance(BODY_TIMEOUT * 9 / 10).await;
        }
        assert_eq!(reading.await.unwrap(), Fault::TooSlow);
        assert_eq!(progress.fault(), Some(Fault::TooSlow));
        assert!(!progress.has_ended());
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_told() {
        let (mut pieces, body) = Channel::<Bytes, BoxError>::new(2);
        pieces.send_data(Bytes::from_static(b"x")).await.unwrap();
        pieces.abort("reset".into());
        let (upload, progress) = upload(Body::new(body));
        assert_eq!(fault_of(upload).await, Fault::Broken);
        assert_eq!(progress.fault(), Some(Fault::Broken));
    }
}
