//! What stands in for the thing that is sold: a language model.
use std::{future::pending, time::Duration};

use futures_util::{Stream, stream};
use serde::Deserialize;
use tokio::time::sleep;

/// What is asked.
#[derive(Debug, Deserialize)]
pub(crate) struct Question {
    question: String,
}

impl Question {
    pub(crate) fn answer(&self) -> String {
        format!("that depends: {}", self.question)
    }
}

/// How long an answer may take.
#[derive(Debug, Deserialize)]
pub(crate) struct Patience {
    millis: u64,
}

impl Patience {
    const LONGEST_MILLIS: u64 = 60_000;

    pub(crate) async fn pass(&self) {
        sleep(Duration::from_millis(self.millis.min(Self::LONGEST_MILLIS))).await;
    }
}

/// A model that talks without end, or falls silent after so many chunks, as models do.
#[derive(Debug, Deserialize)]
pub(crate) struct Model {
    silent_after: Option<u64>,
}

impl Model {
    const PACE: Duration = Duration::from_millis(5);

    pub(crate) fn chunks(self) -> impl Stream<Item = String> {
        stream::unfold(1, move |number| async move {
            if self.silent_after.is_some_and(|last| number > last) {
                pending::<()>().await;
            }
            sleep(Self::PACE).await;
            Some((format!("chunk {number}"), number + 1))
        })
    }
}
