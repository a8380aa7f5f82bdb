use std::time::Duration;

use reqwest::{Method, Response};
use serde_json::Value;
use tokio::time::timeout;

use crate::support::{Answer, Api};

/// Nothing here takes longer unless it never comes.
const CEILING: Duration = Duration::from_mins(1);

/// One event.
#[derive(Clone, Debug)]
pub(super) struct Event {
    pub(super) name: String,
    pub(super) id: u64,
    pub(super) data: Value,
    /// The data as it was written.
    pub(super) text: String,
}

/// A stream of events, read as a browser reads it.
#[derive(Debug)]
pub(super) struct Stream {
    response: Response,
    unread: String,
    /// After how many milliseconds to come back, as the server has asked.
    pub(super) retry: Option<u64>,
}

impl Stream {
    /// Opens one, after the event that was heard last.
    pub(super) async fn open(user: &Api, heard: Option<u64>) -> Self {
        match Self::try_open(user, heard).await {
            Ok(stream) => stream,
            Err(answer) => panic!("{} {}", answer.status, answer.text),
        }
    }

    /// Opens one where the server may refuse.
    pub(super) async fn try_open(user: &Api, heard: Option<u64>) -> Result<Self, Answer> {
        let request = user.request(Method::GET, "/api/billing/events").timeout(10 * CEILING);
        let request = match heard {
            Some(id) => request.header("last-event-id", id),
            None => request,
        };
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        if status != 200 {
            return Err(Answer { status, headers, text: response.text().await.unwrap() });
        }
        for (name, value) in [
            ("content-type", "text/event-stream"),
            ("cache-control", "no-store"),
            ("x-accel-buffering", "no"),
        ] {
            assert_eq!(headers[name], value);
        }
        Ok(Self { response, unread: String::new(), retry: None })
    }

    /// The next event; `None` when the server has ended the stream.
    pub(super) async fn next(&mut self) -> Option<Event> {
        timeout(CEILING, self.read()).await.expect("an event in time")
    }

    async fn read(&mut self) -> Option<Event> {
        loop {
            while let Some(end) = self.unread.find("\n\n") {
                let block: String = self.unread.drain(..end + 2).collect();
                if let Some(pause) = block.strip_prefix("retry:") {
                    self.retry = Some(pause.trim().parse().unwrap());
                    continue;
                }
                let event = parse(&block);
                if event.is_some() {
                    return event;
                }
            }
            let chunk = self.response.chunk().await.expect("a stream that is not broken off")?;
            self.unread += std::str::from_utf8(&chunk).unwrap();
        }
    }

    /// The next event of this name; others are passed over.
    pub(super) async fn next_named(&mut self, name: &str) -> Event {
        loop {
            let event = self.next().await.expect("another event");
            if event.name == name {
                return event;
            }
        }
    }

    /// The next event, which has to be of this name.
    #[track_caller]
    pub(super) fn expect(&mut self, name: &'static str) -> impl Future<Output = Event> {
        let caller = std::panic::Location::caller();
        async move {
            let event = self.next().await.unwrap_or_else(|| panic!("the stream has ended, at {caller}"));
            assert_eq!(event.name, name, "{event:?}, at {caller}");
            event
        }
    }

    /// Reads to the end.
    pub(super) async fn rest(mut self) -> Vec<Event> {
        let mut events = Vec::new();
        while let Some(event) = self.next().await {
            events.push(event);
        }
        events
    }
}

/// An event; `None` for a comment.
fn parse(block: &str) -> Option<Event> {
    let field = |name: &str| {
        block.lines().find_map(|line| line.strip_prefix(name)).map(|value| value.trim_start().to_owned())
    };
    if block.lines().all(|line| line.starts_with(':')) {
        return None;
    }
    let text = field("data:").unwrap();
    Some(Event {
        name: field("event:").unwrap(),
        id: field("id:").unwrap().parse().unwrap(),
        data: serde_json::from_str(&text).unwrap(),
        text,
    })
}
