use std::{
    mem,
    sync::Arc,
    task::{Context, Poll},
};

use billing_core::BoxError;
use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use tower_service::Service;

use crate::{RequestBody, ResponseBody, ResponseFuture, gate::Gate};

/// Middleware that holds what a call may cost, runs it, and takes what it has cost.
///
/// See the [crate page](crate).
#[derive(Clone, Debug)]
pub struct Charge<S> {
    pub(crate) inner: S,
    pub(crate) gate: Arc<Gate>,
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for Charge<S>
where
    S: Service<Request<RequestBody<ReqBody>>, Response = Response<ResBody>> + Clone,
    ReqBody: Body,
    ReqBody::Data: From<Bytes>,
    ReqBody::Error: Into<BoxError>,
    ResBody: Body,
{
    type Response = Response<ResponseBody<ResBody>>;
    type Error = S::Error;
    type Future = ResponseFuture<S, ReqBody>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        // Keep the service that is ready; leave its clone for the next call.
        let clone = self.inner.clone();
        let inner = mem::replace(&mut self.inner, clone);
        ResponseFuture::new(inner, Arc::clone(&self.gate), request)
    }
}
