use std::{
    io,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use billing_core::{GatewayError, PaymentGateway, PaymentId};
use billing_fondy::FondySignature;
use serde_json::json;
use tokio::net::TcpSocket;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::{fmt::MakeWriter, util::SubscriberInitExt};

use crate::{
    canned::{Answer, Canned, hanging_up},
    setup::{builder, is_late, kind, new_order, reference, told, whole_text},
};

/// What is no answer at all.
fn losses() -> [Answer; 8] {
    let page = r#"{"response":{"response_status":"success","checkout_url":"https://pay.fondy.eu/1"}}"#;
    [
        Answer::html(403),
        Answer::html(502),
        Answer::html(200),
        Answer::Raw(200, &[], String::new()),
        Answer::Raw(302, &[("location", "/api/elsewhere")], String::new()),
        Answer::Raw(500, &[], r#"{"response":{"response_status":"failure","error_code":1034}}"#.to_owned()),
        Answer::Raw(404, &[], page.to_owned()),
        Answer::Raw(200, &[], format!("{}{page}", " ".repeat(2 << 20))),
    ]
}

#[tokio::test]
async fn an_order_whose_answer_is_lost_is_sent_once() {
    for (number, loss) in losses().into_iter().enumerate() {
        let fondy = Canned::new([loss]).await;
        let error = fondy.gateway.create_payment(new_order()).await.unwrap_err();
        assert_eq!((kind(&error), fondy.calls().len()), ("unavailable", 1), "{number}: {error}");
    }
}

#[tokio::test]
async fn an_order_is_not_sent_again_when_the_connection_is_lost() {
    let (base, heard) = hanging_up().await;
    let error = builder(&base).build().unwrap().create_payment(new_order()).await.unwrap_err();
    assert_eq!((kind(&error), *heard.lock().unwrap()), ("unavailable", 1), "{error}");
}

#[tokio::test]
async fn a_loss_is_told_by_its_status_and_not_by_its_body() {
    let fondy = Canned::new([Answer::html(403)]).await;
    let error = fondy.gateway.create_payment(new_order()).await.unwrap_err();
    let text = whole_text(&error);
    let expected = "the answer of fondy to checkout/url, with status 403, is of no use: it is not json";
    assert!(text.contains(expected), "{text}");
    assert!(!text.contains("firewall"), "{text}");
}

#[tokio::test]
async fn an_operation_ends_in_time() {
    let fondy = Canned::new([Answer::Nothing]).await;
    let gateway = builder(&fondy.base).with_timeout(Duration::from_millis(200)).build().unwrap();
    let started = Instant::now();
    let created = gateway.create_payment(new_order()).await.unwrap_err();
    let asked = gateway.payment_status(&reference(PaymentId::new())).await.unwrap_err();
    for error in [created, asked] {
        assert_eq!((kind(&error), is_late(&error)), ("unavailable", true), "{error:?}");
    }
    assert_eq!(fondy.paths(), ["checkout/url", "status/order_id"]);
    assert!(started.elapsed() < Duration::from_secs(4));
}

#[tokio::test]
async fn who_wants_fewer_calls_is_left_alone() {
    let fondy = Canned::new([Answer::Raw(429, &[("retry-after", "30")], String::new())]).await;
    let created = fondy.gateway.create_payment(new_order()).await.unwrap_err();
    let asked = fondy.gateway.payment_status(&reference(PaymentId::new())).await.unwrap_err();
    for error in [created, asked] {
        let GatewayError::RateLimited { retry_after } = error else { panic!("{error}") };
        assert_eq!(retry_after, Some(Duration::from_secs(30)));
    }
    assert_eq!(fondy.calls().len(), 2);
}

#[tokio::test]
async fn a_question_that_met_a_fault_is_asked_again() {
    let id = PaymentId::new();
    let fondy =
        Canned::new([Answer::html(502), Answer::html(403), Answer::signed(told(id, &json!({})))]).await;
    assert!(fondy.gateway.payment_status(&reference(id)).await.is_ok());
    assert_eq!(fondy.calls().len(), 3);

    let fondy = Canned::new([Answer::html(502)]).await;
    let error = fondy.gateway.payment_status(&reference(id)).await.unwrap_err();
    assert_eq!((kind(&error), fondy.calls().len()), ("unavailable", 3), "{error}");
}

#[tokio::test]
async fn an_answer_that_makes_no_sense_is_not_asked_for_again() {
    let fondy = Canned::new([Answer::html(200)]).await;
    let error = fondy.gateway.payment_status(&reference(PaymentId::new())).await.unwrap_err();
    assert_eq!((kind(&error), fondy.calls().len()), ("protocol", 1), "{error}");
}

#[tokio::test]
async fn nobody_there_is_unavailable() {
    let gateway = builder("http://127.0.0.1:9/api").build().unwrap();
    let error = gateway.create_payment(new_order()).await.unwrap_err();
    assert_eq!((kind(&error), is_late(&error)), ("unavailable", false), "{error:?}");
}

/// What was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn has(&self, text: &str) -> bool {
        String::from_utf8_lossy(&self.0.lock().unwrap()).contains(text)
    }

    async fn wait_for(&self, text: &str) {
        let seen = async {
            while !self.has(text) {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), seen).await.expect(text);
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self::Writer {
        self.clone()
    }
}

/// On one thread, so that what the gateway logs is seen here.
#[tokio::test]
async fn what_could_not_connect_is_sent_once_somebody_listens() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_max_level(LevelFilter::DEBUG).with_writer(log.clone());
    let logging = subscriber.finish().set_default();

    // Bound, so that nobody else takes the port, and not listening yet.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let gateway = builder(&format!("http://{}/api", socket.local_addr().unwrap())).build().unwrap();
    let listening = async {
        log.wait_for("call to fondy is made again").await;
        Canned::on(socket.listen(16).unwrap(), [Answer::page()])
    };
    let (checkout, fondy) = tokio::join!(gateway.create_payment(new_order()), listening);
    drop(logging);
    assert!(checkout.is_ok(), "{checkout:?}");
    assert_eq!(fondy.paths(), ["checkout/url"]);
}

#[test]
fn the_algorithm_that_no_gateway_uses_is_taken_with_a_warning() {
    for (algorithm, expected) in [(FondySignature::Sha1, false), (FondySignature::Md5, true)] {
        let log = Log::default();
        let subscriber = tracing_subscriber::fmt().with_max_level(LevelFilter::WARN).with_writer(log.clone());
        let logging = subscriber.finish().set_default();
        assert!(builder("https://pay.fondy.eu/api").with_signature(algorithm).build().is_ok());
        drop(logging);
        assert_eq!(log.has("signed by MD5"), expected, "{algorithm}");
    }
}
