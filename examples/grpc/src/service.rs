use std::{future::pending, pin::Pin, time::Duration};

use billing_core::{Currency, Money};
use billing_tower::Meter;
use futures_util::{Stream, StreamExt as _, stream};
use tokio::time::sleep;
use tonic::{Request, Response, Status};

use crate::v1::{Document, SearchRequest, SearchResponse, StreamRequest, tools_server::Tools};

/// What a document of a stream costs.
const DOCUMENT: Money = Money::from_micros(10_000, Currency::USD);
const PACE: Duration = Duration::from_millis(5);

/// Tools that are paid for.
#[derive(Clone, Copy, Debug, Default)]
pub struct PaidTools;

#[tonic::async_trait]
impl Tools for PaidTools {
    /// A fixed price: the estimate is the cost. A call that fails costs nothing.
    async fn search(&self, request: Request<SearchRequest>) -> Result<Response<SearchResponse>, Status> {
        let SearchRequest { query } = request.into_inner();
        if query == "nothing" {
            return Err(Status::internal("the index is broken"));
        }
        let mut response = Response::new(SearchResponse { documents: vec![Document { title: query }] });
        response.metadata_mut().insert("x-index", "7".parse().map_err(|_| Status::internal("no metadata"))?);
        Ok(response)
    }

    type StreamStream = Pin<Box<dyn Stream<Item = Result<Document, Status>> + Send>>;

    /// A cost that comes with each document. The stream ends when it has cost all that was held for it.
    async fn stream(&self, request: Request<StreamRequest>) -> Result<Response<Self::StreamStream>, Status> {
        let meter = request.extensions().get::<Meter>().cloned();
        let meter = meter.ok_or_else(|| Status::internal("the service is not behind its layer"))?;
        // From here on the meter tells: who leaves before the first document pays nothing, and not the estimate.
        meter.add(Money::zero(Currency::USD));
        let end = {
            let meter = meter.clone();
            async move { meter.used_up().await }
        };
        let documents = documents(request.into_inner().silent_after).take_until(Box::pin(end));
        Ok(Response::new(Box::pin(documents.map(move |document| {
            meter.add(DOCUMENT);
            Ok(document)
        }))))
    }
}

fn documents(silent_after: Option<u32>) -> impl Stream<Item = Document> {
    stream::unfold(1, move |number| async move {
        if silent_after.is_some_and(|last| number > last) {
            pending::<()>().await;
        }
        sleep(PACE).await;
        Some((Document { title: format!("document {number}") }, number + 1))
    })
}
