use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use billing_core::BoxError;
use bytes::Bytes;
use http::{Method, Request, Response, request::Parts};
use http_body::Body;
use http_body_util::{BodyExt, Collected, LengthLimitError, Limited, combinators::Collect};
use pin_project_lite::pin_project;
use tokio::time::{Timeout, error::Elapsed, timeout};
use tower_service::Service;

use crate::{
    Refusal, RequestBody, ResponseBody,
    gate::{Caller, Gate},
    guard::Capturing,
    head::Answer,
    pass::Pass,
};

type Admission = Pin<Box<dyn Future<Output = Result<Pass, Refusal>> + Send>>;

pin_project! {
    /// Response future of [`Charge`](crate::Charge). Dropped at any point, it leaves no hold behind.
    pub struct ResponseFuture<S, B>
    where
        S: Service<Request<RequestBody<B>>>,
        B: Body,
        B::Error: Into<BoxError>,
    {
        inner: S,
        gate: Arc<Gate>,
        #[pin]
        state: State<B, S::Future, S::Response>,
    }
}

pin_project! {
    /// The life of a call.
    #[project = StateProjection]
    enum State<B, F, R>
    where
        B: Body,
        B::Error: Into<BoxError>,
    {
        /// The estimator wants to see the body.
        Reading { #[pin] reading: Reading<B>, limit_bytes: usize, waiting: Option<(Caller, Parts)> },
        /// The money is being held.
        Admitting { admission: Admission, request: Option<Request<RequestBody<B>>> },
        /// The call runs.
        Running { #[pin] future: F, method: Method, pass: Option<Pass> },
        /// The response has no body to end, so its head waits for the capture.
        Capturing { capturing: Capturing, response: Option<R> },
        /// The call is not let through.
        Refused { refusal: Option<Refusal> },
    }
}

type Reading<B> = Timeout<Collect<Limited<B>>>;
type Read<D> = Result<Result<Collected<D>, BoxError>, Elapsed>;

impl<S, B> ResponseFuture<S, B>
where
    S: Service<Request<RequestBody<B>>>,
    B: Body,
    B::Data: From<Bytes>,
    B::Error: Into<BoxError>,
{
    pub(crate) fn new(mut inner: S, gate: Arc<Gate>, request: Request<B>) -> Self {
        let (parts, body) = request.into_parts();
        let state = match gate.caller(&parts) {
            Err(refusal) => State::refused(refusal),
            Ok(Some(caller)) => match gate.estimator.needs(&caller.operation).body_limit {
                Some(limit_bytes) => State::read(&gate, caller, parts, body, limit_bytes),
                None => State::price(&mut inner, &gate, caller, parts, RequestBody::original(body)),
            },
            Ok(None) => State::run(&mut inner, Request::from_parts(parts, RequestBody::original(body)), None),
        };
        Self { inner, gate, state }
    }
}

impl<B, F, R> State<B, F, R>
where
    B: Body,
    B::Data: From<Bytes>,
    B::Error: Into<BoxError>,
{
    fn refused(refusal: Refusal) -> Self {
        Self::Refused { refusal: Some(refusal) }
    }

    fn read(gate: &Gate, caller: Caller, parts: Parts, body: B, limit_bytes: usize) -> Self {
        if usize::try_from(body.size_hint().lower()).is_ok_and(|least| least <= limit_bytes) {
            let reading = timeout(gate.body_timeout, Limited::new(body, limit_bytes).collect());
            Self::Reading { reading, limit_bytes, waiting: Some((caller, parts)) }
        } else {
            Self::refused(Refusal::body_too_large(limit_bytes))
        }
    }

    fn price<S>(inner: &mut S, gate: &Arc<Gate>, caller: Caller, parts: Parts, body: RequestBody<B>) -> Self
    where
        S: Service<Request<RequestBody<B>>, Future = F>,
    {
        let priced = gate.price(caller, &parts, body.bytes());
        let request = Request::from_parts(parts, body);
        match priced {
            Ok(Some(priced)) => {
                let admission = Box::pin(Arc::clone(gate).admit(priced));
                Self::Admitting { admission, request: Some(request) }
            }
            Ok(None) => Self::run(inner, request, None),
            Err(refusal) => Self::refused(refusal),
        }
    }

    fn run<S>(inner: &mut S, mut request: Request<RequestBody<B>>, pass: Option<Pass>) -> Self
    where
        S: Service<Request<RequestBody<B>>, Future = F>,
    {
        request.extensions_mut().insert(Pass::meter(pass.as_ref()));
        let method = request.method().clone();
        Self::Running { future: inner.call(request), method, pass }
    }
}

impl<S, B, ResBody> Future for ResponseFuture<S, B>
where
    S: Service<Request<RequestBody<B>>, Response = Response<ResBody>>,
    B: Body,
    B::Data: From<Bytes>,
    B::Error: Into<BoxError>,
    ResBody: Body,
{
    type Output = Result<Response<ResponseBody<ResBody>>, S::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        loop {
            let next = match this.state.as_mut().project() {
                StateProjection::Reading { reading, limit_bytes, waiting } => {
                    let read = ready!(reading.poll(cx));
                    let (caller, parts) = take(waiting);
                    match replay(read, *limit_bytes, this.gate) {
                        Ok(body) => State::price(this.inner, this.gate, caller, parts, body),
                        Err(refusal) => State::refused(refusal),
                    }
                }
                StateProjection::Admitting { admission, request } => {
                    match ready!(admission.as_mut().poll(cx)) {
                        Ok(pass) => State::run(this.inner, take(request), Some(pass)),
                        Err(refusal) => State::refused(refusal),
                    }
                }
                StateProjection::Running { future, method, pass } => {
                    let response = ready!(future.poll(cx))?;
                    let Some(pass) = pass.take() else {
                        return Poll::Ready(Ok(response.map(ResponseBody::settled)));
                    };
                    match Answer::new(pass, method, response, this.gate.upgrades) {
                        Answer::Passes(response) => return Poll::Ready(Ok(response)),
                        Answer::Waits(capturing, response) => {
                            State::Capturing { capturing, response: Some(response) }
                        }
                        Answer::Upgrade => State::refused(Refusal::upgrade_unsupported()),
                    }
                }
                StateProjection::Capturing { capturing, response } => {
                    match ready!(Pin::new(capturing).poll(cx)) {
                        Ok(()) => return Poll::Ready(Ok(take(response).map(ResponseBody::settled))),
                        Err(error) => State::refused(this.gate.refusal(&error)),
                    }
                }
                StateProjection::Refused { refusal } => {
                    let response = (this.gate.refuse)(take(refusal));
                    return Poll::Ready(Ok(response.map(ResponseBody::refused)));
                }
            };
            this.state.set(next);
        }
    }
}

/// The body as the estimator has read it, for the handler to read again.
fn replay<B>(read: Read<B::Data>, limit_bytes: usize, gate: &Gate) -> Result<RequestBody<B>, Refusal>
where
    B: Body,
{
    match read {
        Ok(Ok(read)) => Ok(RequestBody::replayed(read)),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Refusal::body_too_large(limit_bytes)),
        Ok(Err(_)) => Err(Refusal::unreadable_body()),
        Err(_elapsed) => Err(Refusal::body_timeout(gate.body_timeout)),
    }
}

fn take<T>(slot: &mut Option<T>) -> T {
    slot.take().unwrap_or_else(|| unreachable!("a state gives its content away once, when it is left"))
}

impl<S, B> fmt::Debug for ResponseFuture<S, B>
where
    S: Service<Request<RequestBody<B>>>,
    B: Body,
    B::Error: Into<BoxError>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
