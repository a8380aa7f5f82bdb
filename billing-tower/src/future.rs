use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use billing_core::{BoxError, LedgerError, Profile};
use bytes::Bytes;
use http::{Request, Response, request::Parts};
use http_body::Body;
use http_body_util::{BodyExt, Collected, LengthLimitError, Limited, combinators::Collect};
use pin_project_lite::pin_project;
use serde_json::value::RawValue;
use tokio::time::{Timeout, error::Elapsed, timeout};
use tower_service::Service;

use crate::{
    Meter, Mode, Refusal, RequestBody, ResponseBody,
    admission::admit,
    cost_header::take_cost,
    gate::{Caller, Gate, KnownProfile},
    guard::Capturing,
    head::{Answer, Asked},
    pass::Pass,
};

type Admission = Pin<Box<dyn Future<Output = Result<Option<Pass>, Refusal>> + Send>>;
type LookUp = Pin<Box<dyn Future<Output = Result<Profile, LedgerError>> + Send>>;

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
        // How an answer in JSON-RPC names the request.
        id: Option<Box<RawValue>>,
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
        /// The call is named by its body, or its estimator wants to see it.
        Reading { #[pin] reading: Reading<B>, limit_bytes: usize, waiting: Option<(Caller, Parts)> },
        /// The estimator wants to know who pays.
        Profiling { profile: LookUp, waiting: Option<(Caller, Request<RequestBody<B>>)> },
        /// The money is being held.
        Admitting { admission: Admission, request: Option<Request<RequestBody<B>>> },
        /// The call runs.
        Running { #[pin] future: F, asked: Asked, pass: Option<Pass> },
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
    pub(crate) fn new(inner: S, gate: Arc<Gate>, request: Request<B>) -> Self {
        let (parts, body) = request.into_parts();
        let mut call = Self { inner, gate, id: None, state: State::refused(Refusal::failed()) };
        call.state = call.begin(parts, body);
        call
    }

    fn begin(&mut self, parts: Parts, body: B) -> State<B, S::Future, S::Response> {
        let caller = match self.gate.payer(&parts) {
            Ok(Some(account)) => self.gate.caller(account, &parts, !body.is_end_stream()),
            Ok(None) => Ok(None),
            Err(refusal) => Err(refusal),
        };
        let mut machine = Machine { inner: &mut self.inner, gate: &self.gate, id: &mut self.id };
        match caller {
            Err(refusal) => State::refused(refusal),
            Ok(None) => machine.run(Request::from_parts(parts, RequestBody::original(body)), None),
            Ok(Some(caller)) => match machine.gate.body_limit(&caller) {
                Some(limit_bytes) => machine.read(caller, parts, body, limit_bytes),
                None => machine.name(caller, Request::from_parts(parts, RequestBody::original(body))),
            },
        }
    }
}

impl<B, F, R> State<B, F, R>
where
    B: Body,
    B::Error: Into<BoxError>,
{
    fn refused(refusal: Refusal) -> Self {
        Self::Refused { refusal: Some(refusal) }
    }
}

/// What leads from one state to the next.
struct Machine<'a, S> {
    inner: &'a mut S,
    gate: &'a Arc<Gate>,
    id: &'a mut Option<Box<RawValue>>,
}

impl<S> Machine<'_, S> {
    fn read<B, F, R>(&self, caller: Caller, parts: Parts, body: B, limit_bytes: usize) -> State<B, F, R>
    where
        B: Body,
        B::Error: Into<BoxError>,
    {
        if usize::try_from(body.size_hint().lower()).is_ok_and(|least| least <= limit_bytes) {
            let reading = timeout(self.gate.body_timeout, Limited::new(body, limit_bytes).collect());
            State::Reading { reading, limit_bytes, waiting: Some((caller, parts)) }
        } else {
            State::refused(Refusal::body_too_large(limit_bytes))
        }
    }

    /// Names the call, and learns what its price depends on.
    fn name<B>(
        &mut self,
        mut caller: Caller,
        request: Request<RequestBody<B>>,
    ) -> State<B, S::Future, S::Response>
    where
        S: Service<Request<RequestBody<B>>>,
        B: Body,
        B::Error: Into<BoxError>,
    {
        let listened = self.gate.listen(&mut caller, request.headers(), request.body().bytes());
        *self.id = caller.id.take();
        match listened {
            Err(refusal) => return State::refused(refusal),
            Ok(false) => return self.run(request, None),
            Ok(true) => {}
        }
        match self.gate.profile(&caller) {
            KnownProfile::Needless => self.price(caller, None, request),
            KnownProfile::Known(profile) => self.price(caller, Some(&profile), request),
            KnownProfile::Unknown => {
                let profile = Box::pin(self.gate.look_up(&caller));
                State::Profiling { profile, waiting: Some((caller, request)) }
            }
        }
    }

    fn profiled<B>(
        &mut self,
        profile: Result<Profile, LedgerError>,
        caller: Caller,
        request: Request<RequestBody<B>>,
    ) -> State<B, S::Future, S::Response>
    where
        S: Service<Request<RequestBody<B>>>,
        B: Body,
        B::Error: Into<BoxError>,
    {
        match profile {
            Ok(profile) => self.price(caller, Some(&profile), request),
            Err(error) => {
                tracing::error!("call can't be priced: its payer's profile is out of reach: {error}");
                if self.gate.mode == Mode::Observe {
                    return self.run(request, None);
                }
                State::refused(self.gate.refusal(&error))
            }
        }
    }

    fn price<B>(
        &mut self,
        caller: Caller,
        profile: Option<&Profile>,
        request: Request<RequestBody<B>>,
    ) -> State<B, S::Future, S::Response>
    where
        S: Service<Request<RequestBody<B>>>,
        B: Body,
        B::Error: Into<BoxError>,
    {
        let (parts, body) = request.into_parts();
        let priced = self.gate.price(caller, profile, &parts, body.bytes());
        let request = Request::from_parts(parts, body);
        match priced {
            Ok(Some(priced)) => {
                let admission = Box::pin(admit(Arc::clone(self.gate), priced));
                State::Admitting { admission, request: Some(request) }
            }
            Ok(None) => self.run(request, None),
            Err(refusal) => State::refused(refusal),
        }
    }

    fn run<B>(
        &mut self,
        mut request: Request<RequestBody<B>>,
        pass: Option<Pass>,
    ) -> State<B, S::Future, S::Response>
    where
        S: Service<Request<RequestBody<B>>>,
        B: Body,
        B::Error: Into<BoxError>,
    {
        request.extensions_mut().insert(Pass::meter(pass.as_ref()));
        let asked = Asked::new(&request);
        State::Running { future: self.inner.call(request), asked, pass }
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
        let mut machine = Machine { inner: this.inner, gate: this.gate, id: this.id };
        loop {
            let next = match this.state.as_mut().project() {
                StateProjection::Reading { reading, limit_bytes, waiting } => {
                    let read = ready!(reading.poll(cx));
                    let (caller, parts) = take(waiting);
                    match replay(read, *limit_bytes, machine.gate) {
                        Ok(body) => machine.name(caller, Request::from_parts(parts, body)),
                        Err(refusal) => State::refused(refusal),
                    }
                }
                StateProjection::Profiling { profile, waiting } => {
                    let profile = ready!(profile.as_mut().poll(cx));
                    let (caller, request) = take(waiting);
                    machine.profiled(profile, caller, request)
                }
                StateProjection::Admitting { admission, request } => {
                    match ready!(admission.as_mut().poll(cx)) {
                        Ok(pass) => machine.run(take(request), pass),
                        Err(refusal) => State::refused(refusal),
                    }
                }
                StateProjection::Running { future, asked, pass } => {
                    let mut response = ready!(future.poll(cx))?;
                    let Some(pass) = pass.take() else {
                        let cost_header = machine.gate.cost_header.clone();
                        take_cost(cost_header.as_ref(), response.headers_mut(), &Meter::unbilled());
                        return Poll::Ready(Ok(
                            response.map(|body| ResponseBody::unbilled(body, cost_header))
                        ));
                    };
                    match Answer::new(pass, asked, response, machine.gate) {
                        Answer::Passes(response) => return Poll::Ready(Ok(response)),
                        Answer::Waits(capturing, response) => {
                            State::Capturing { capturing, response: Some(response) }
                        }
                        Answer::Upgrade => State::refused(Refusal::upgrade_unsupported()),
                    }
                }
                StateProjection::Capturing { capturing, response } => {
                    match ready!(Pin::new(capturing).poll(cx)) {
                        Ok(_) => return Poll::Ready(Ok(take(response).map(ResponseBody::settled))),
                        Err(error) => State::refused(machine.gate.refusal(&error)),
                    }
                }
                StateProjection::Refused { refusal } => {
                    let response = machine.gate.answer(take(refusal), machine.id.as_deref());
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
