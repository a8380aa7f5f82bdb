//! The National Bank of Ukraine's exchange rates, played over HTTP.
//!
//! It serves `GET /NBUStatService/v1/statdirectory/exchange?json`, with `valcode=USD` and `date=YYYYMMDD` if the
//! caller likes, and answers in the bank's words.
//!
//! ```
//! use billing_testkit::simulators::bank::{Answer, BankSimulator};
//!
//! # #[tokio::main] async fn main() -> std::io::Result<()> {
//! let bank = BankSimulator::start(([127, 0, 0, 1], 0).into()).await?;
//! bank.set_rate("41.4851", "25.11.2026");
//! bank.set_answer(Answer::Status(503));
//! assert!(bank.requests().is_empty());
//! bank.shutdown().await;
//! # Ok(()) }
//! ```

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, State as Shared};
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::shared::connection::Connection;
use super::shared::server::Server;

/// Older requests are forgotten.
const REQUESTS_KEPT: usize = 1000;

/// The other currencies on the bank's list: name, number, code and rate.
const OTHERS: [(&str, &str, &str, &str); 3] = [
    ("Євро", "978", "EUR", "48.1144"),
    ("Злотий", "985", "PLN", "11.3262"),
    ("Фунт стерлінгів", "826", "GBP", "54.6233"),
];

/// The bank on an address of its own, until it is shut down or dropped.
#[derive(Debug)]
pub struct BankSimulator {
    desk: Arc<Desk>,
    server: Server,
}

/// What the bank answers from now on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Answer {
    /// The rates that were set.
    #[default]
    Rates,
    /// The rates under another currency's code: euros for who asked for dollars.
    OtherCurrency,
    /// An empty list, as for a day without rates.
    Empty,
    /// This status without a body.
    Status(u16),
    /// Status 200 with a page of HTML.
    Garbage,
    /// Status 200 with this body, said to be JSON.
    Body(String),
    /// The rates after so many bytes of white space: valid JSON for who reads to the end.
    Huge(usize),
    /// No answer, until the caller gives up or the simulator stops.
    Hang,
    /// The connection is closed without an answer.
    Close,
}

#[derive(Debug)]
struct Desk {
    board: Mutex<Board>,
    stop: watch::Sender<bool>,
}

#[derive(Debug, Default)]
struct Board {
    /// The dollar's rate by day, as set: the last one is today's.
    rates: Vec<(String, String)>,
    answer: Answer,
    requests: VecDeque<String>,
}

impl BankSimulator {
    /// Binds the address (port 0: a free one) and serves. A dollar costs 41.4851 on 25.11.2026 until told otherwise.
    ///
    /// # Errors
    ///
    /// When the address is taken.
    pub async fn start(addr: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(addr).await?;
        let stop = watch::Sender::new(false);
        let desk = Arc::new(Desk { board: Mutex::default(), stop: stop.clone() });
        let app = Router::new()
            .route("/NBUStatService/v1/statdirectory/exchange", get(exchange))
            .with_state(Arc::clone(&desk));
        let bank = Self { desk, server: Server::start(listener, app, stop)? };
        bank.set_rate("41.4851", "25.11.2026");
        Ok(bank)
    }

    /// The address it listens on.
    pub fn addr(&self) -> SocketAddr {
        self.server.addr()
    }

    /// The root of the bank's addresses: no final slash.
    pub fn base_url(&self) -> String {
        self.server.base_url()
    }

    /// Sets what a dollar costs on a day (`DD.MM.YYYY`), which becomes the day told to who asks for none.
    ///
    /// The rate stands in the answer as it is, without quotes: `41.4851`, and `0`, `-1` or `1e400` just as well.
    pub fn set_rate(&self, rate: &str, date: &str) {
        let mut board = self.desk.board();
        board.rates.retain(|(day, _)| day != date);
        board.rates.push((date.to_owned(), rate.to_owned()));
    }

    /// Sets how later requests are answered.
    pub fn set_answer(&self, answer: Answer) {
        self.desk.board().answer = answer;
    }

    /// The paths and queries asked for so far, oldest first: the last thousand.
    pub fn requests(&self) -> Vec<String> {
        self.desk.board().requests.iter().cloned().collect()
    }

    /// Lets calls in progress end, and closes the port.
    pub async fn shutdown(self) {
        self.server.shutdown().await;
    }
}

impl Desk {
    fn board(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn exchange(
    Shared(desk): Shared<Arc<Desk>>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    uri: Uri,
) -> Response {
    let asked = Query::read(uri.query().unwrap_or_default());
    let (answer, list) = {
        let mut board = desk.board();
        if board.requests.len() == REQUESTS_KEPT {
            board.requests.pop_front();
        }
        board.requests.push_back(uri.to_string());
        (board.answer.clone(), board.list(&asked))
    };
    match answer {
        Answer::Rates if !asked.wants_json => xml(),
        Answer::Rates | Answer::OtherCurrency => json(list),
        Answer::Empty => json("[]".to_owned()),
        Answer::Body(body) => json(body),
        Answer::Huge(bytes) => json(" ".repeat(bytes) + &list),
        Answer::Status(status) => {
            StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR).into_response()
        }
        Answer::Garbage => {
            ([(header::CONTENT_TYPE, "text/html")], "<html><body><h1>Технічні роботи</h1></body></html>")
                .into_response()
        }
        Answer::Hang => {
            // Ends with an error only when the simulator is gone, which ends the wait as well.
            let _ = desk.stop.subscribe().wait_for(|stopped| *stopped).await;
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
        Answer::Close => {
            connection.cut();
            Response::new(Body::empty())
        }
    }
}

/// What a request asks for.
struct Query {
    wants_json: bool,
    currency: Option<String>,
    /// `DD.MM.YYYY`, or whatever stood there in its place.
    date: Option<String>,
}

impl Query {
    fn read(query: &str) -> Self {
        let mut asked = Self { wants_json: false, currency: None, date: None };
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "json" => asked.wants_json = true,
                "valcode" => asked.currency = Some(value.to_uppercase()),
                "date" => asked.date = Some(dotted(&value)),
                _ => {}
            }
        }
        asked
    }
}

impl Board {
    fn list(&self, asked: &Query) -> String {
        let day = match &asked.date {
            Some(date) => self.rates.iter().find(|(day, _)| day == date),
            None => self.rates.last(),
        };
        let Some((day, rate)) = day else { return "[]".to_owned() };
        let dollar = if self.answer == Answer::OtherCurrency { "EUR" } else { "USD" };
        let rows: Vec<_> = std::iter::once(("Долар США", "840", "USD", rate.as_str()))
            .chain(OTHERS)
            .filter(|(_, _, code, _)| asked.currency.as_deref().is_none_or(|wanted| wanted == *code))
            .map(|(name, number, code, rate)| {
                let code = if code == "USD" { dollar } else { code };
                format!(
                    "{{\"r030\":{number},\"txt\":\"{name}\",\"rate\":{rate},\"cc\":\"{code}\",\"exchangedate\":\"{day}\"}}"
                )
            })
            .collect();
        format!("[{}]", rows.join(","))
    }
}

/// `20261125` as `25.11.2026`; anything else as it is, which is no day at all.
fn dotted(date: &str) -> String {
    match (date.get(..4), date.get(4..6), date.get(6..)) {
        (Some(year), Some(month), Some(day)) => format!("{day}.{month}.{year}"),
        _ => date.to_owned(),
    }
}

fn json(body: String) -> Response {
    ([(header::CONTENT_TYPE, "application/json; charset=utf-8")], body).into_response()
}

/// What the bank answers without `json`: the same in another format, here without rows.
fn xml() -> Response {
    let body = "<?xml version=\"1.0\" encoding=\"utf-8\"?><exchange></exchange>";
    ([(header::CONTENT_TYPE, "application/xml; charset=utf-8")], body).into_response()
}
