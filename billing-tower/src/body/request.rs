use std::{
    mem,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};
use http_body_util::Collected;
use pin_project_lite::pin_project;

pin_project! {
    /// Request body behind [`Charge`](crate::Charge): as it came, or replayed after the estimator has read it.
    #[derive(Debug)]
    pub struct RequestBody<B> {
        #[pin]
        kind: Kind<B>,
    }
}

pin_project! {
    #[project = KindProjection]
    #[derive(Debug)]
    enum Kind<B> {
        Original { #[pin] body: B },
        Replayed { data: Bytes, trailers: Option<HeaderMap> },
    }
}

impl<B: Body> RequestBody<B> {
    pub(crate) fn original(body: B) -> Self {
        Self { kind: Kind::Original { body } }
    }

    pub(crate) fn replayed(read: Collected<B::Data>) -> Self {
        let trailers = read.trailers().cloned();
        Self { kind: Kind::Replayed { data: read.to_bytes(), trailers } }
    }

    /// The whole body, once it has been read.
    pub(crate) fn bytes(&self) -> Option<&Bytes> {
        match &self.kind {
            Kind::Original { .. } => None,
            Kind::Replayed { data, .. } => Some(data),
        }
    }
}

impl<B> Body for RequestBody<B>
where
    B: Body,
    B::Data: From<Bytes>,
{
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        match self.project().kind.project() {
            KindProjection::Original { body } => body.poll_frame(cx),
            KindProjection::Replayed { data, .. } if !data.is_empty() => {
                Poll::Ready(Some(Ok(Frame::data(mem::take(data).into()))))
            }
            KindProjection::Replayed { trailers, .. } => {
                Poll::Ready(trailers.take().map(Frame::trailers).map(Ok))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.kind {
            Kind::Original { body } => body.is_end_stream(),
            Kind::Replayed { data, trailers } => data.is_empty() && trailers.is_none(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Original { body } => body.size_hint(),
            Kind::Replayed { data, .. } => {
                SizeHint::with_exact(u64::try_from(data.len()).unwrap_or(u64::MAX))
            }
        }
    }
}
