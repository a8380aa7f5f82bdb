//! One account with 10 dollars, calls at 1 dollar, and what may go wrong.
mod body;
mod ledger;

use std::{sync::Arc, time::Duration};

use billing_core::{
    Account, AccountId, Currency, HistoryQuery, Ledger, LedgerSettings, MemoryLedger, Money, Posting,
    PostingId, PostingKind, PriceTable, TopUp,
};
use billing_tower::{Charge, ChargeLayer, Meter, RequestBody, ResponseBody, Settler, SettlerTask};
pub(crate) use body::{Script, Step};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Empty};
pub(crate) use ledger::{Asked, Trouble, TroubledLedger};
use tower::{BoxError, Layer, Service, ServiceExt, service_fn, util::ServiceFn};

pub(crate) type Call = Request<RequestBody<Empty<Bytes>>>;
pub(crate) type Answer = Result<Response<Script>, BoxError>;

pub(crate) const PRICES: &str = r#"
[operations]
call = { fixed = "1" }
gift = "free"
"#;

pub(crate) fn usd(text: &str) -> Money {
    Money::parse(text, Currency::USD).unwrap()
}

pub(crate) fn acme() -> AccountId {
    AccountId::new("acme").unwrap()
}

/// A deployment with one account that has 10 dollars.
pub(crate) struct World {
    pub(crate) ledger: Arc<TroubledLedger>,
    pub(crate) settler: Settler,
    pub(crate) task: SettlerTask,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::on(TroubledLedger::new(books()), 64).await
    }

    pub(crate) async fn on(ledger: TroubledLedger, capacity: usize) -> Self {
        let ledger = Arc::new(ledger);
        let top_up = TopUp::new(PostingId::new(), acme(), usd("10"), "stripe");
        ledger.top_up(top_up).await.unwrap();
        let (settler, task) = Settler::start(Arc::<TroubledLedger>::clone(&ledger), capacity);
        Self { ledger, settler, task }
    }

    pub(crate) fn layer(&self) -> ChargeLayer {
        let prices = PriceTable::from_toml(PRICES, Currency::USD).unwrap();
        ChargeLayer::new(self.settler.clone(), prices)
    }

    /// A charged service that answers with what `handler` makes of a call.
    pub(crate) fn serve<H>(&self, handler: H) -> Charge<ServiceFn<impl Handler>>
    where
        H: Fn(Call) -> Answer + Clone + Send + 'static,
    {
        serve_behind(&self.layer(), handler)
    }

    pub(crate) async fn account(&self) -> Account {
        self.ledger.account(&acme()).await.unwrap()
    }

    /// The account after the settler has drained. No hold may be left.
    pub(crate) async fn settled(self) -> Account {
        let Self { ledger, settler, task } = self;
        drop(settler);
        task.drain(Duration::from_mins(1)).await.unwrap();
        let audit = ledger.verify().await.unwrap();
        assert_eq!((audit.open_holds, audit.is_clean()), (0, true), "{audit:?}");
        ledger.account(&acme()).await.unwrap()
    }

    /// What was charged, newest first.
    pub(crate) async fn charges(&self) -> Vec<Posting> {
        let mut query = HistoryQuery::new(acme());
        query.kinds = vec![PostingKind::Capture];
        self.ledger.history(query).await.unwrap().items
    }
}

/// A service behind this layer that answers with what `handler` makes of a call.
pub(crate) fn serve_behind<H>(layer: &ChargeLayer, handler: H) -> Charge<ServiceFn<impl Handler + use<H>>>
where
    H: Fn(Call) -> Answer + Clone + Send + 'static,
{
    layer.layer(service_fn(move |call| std::future::ready(handler(call))))
}

/// What `World::serve` makes of a function.
pub(crate) trait Handler: Fn(Call) -> std::future::Ready<Answer> + Clone + Send + 'static {}

impl<F> Handler for F where F: Fn(Call) -> std::future::Ready<Answer> + Clone + Send + 'static {}

pub(crate) fn books() -> MemoryLedger {
    MemoryLedger::new(LedgerSettings::new(Currency::USD))
}

pub(crate) fn request(path: &str) -> Request<Empty<Bytes>> {
    let mut request = Request::get(path).body(Empty::new()).unwrap();
    request.extensions_mut().insert(acme());
    request
}

pub(crate) fn answer(status: StatusCode, body: Script) -> Response<Script> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
}

pub(crate) fn hello() -> Response<Script> {
    answer(StatusCode::OK, Script::told([Step::Data("hello")]))
}

pub(crate) fn meter(call: &Call) -> Meter {
    call.extensions().get::<Meter>().unwrap().clone()
}

/// A response read to its end, or the error that it ended with.
pub(crate) async fn read<S>(service: S, request: Request<Empty<Bytes>>) -> Result<Response<Bytes>, BoxError>
where
    S: Service<Request<Empty<Bytes>>, Response = Response<ResponseBody<Script>>, Error = BoxError>,
{
    let (parts, body) = service.oneshot(request).await?.into_parts();
    Ok(Response::from_parts(parts, body.collect().await?.to_bytes()))
}
