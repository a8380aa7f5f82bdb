use std::{
    error::Error,
    fmt::Write as _,
    io,
    sync::{Arc, Mutex},
};

use billing_core::{GatewayError, PaymentGateway};
use billing_testkit::simulators::stripe::{ApiFault, Fault};
use serde_json::json;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::{fmt::MakeWriter, util::SubscriberInitExt};

use crate::{
    canned::Canned,
    setup::{SECRET_KEY, Setup, WEBHOOK_SECRET, builder, order},
};

/// All that anybody might read.
#[derive(Clone, Default)]
struct Output(Arc<Mutex<Vec<u8>>>);

impl Output {
    fn write(&self, text: &str) {
        self.0.lock().unwrap().extend_from_slice(text.as_bytes());
    }

    fn error(&self, error: &GatewayError) {
        let mut text = format!("{error:?} {error:#?} {error}");
        let mut cause = error.source();
        while let Some(error) = cause {
            write!(text, " {error:?} {error}").unwrap();
            cause = error.source();
        }
        self.write(&text);
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl io::Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Output {
    type Writer = Self;

    fn make_writer(&'a self) -> Self::Writer {
        self.clone()
    }
}

/// Has Stripe tell a client secret in every kind of answer that ends in an error.
async fn provoke_with_client_secrets(output: &Output) {
    let intent = json!({ "id": "pi_1", "client_secret": "pi_1_secret_9" });
    let declined =
        json!({ "error": { "type": "card_error", "code": "card_declined", "payment_intent": intent } });
    let reused = json!({ "error": { "type": "idempotency_error", "message": "pi_1_secret_9", "payment_intent": intent } });
    let broken = json!({ "error": { "type": { "code": "pi_1_secret_9" } } });
    let wrong_type = json!({ "id": { "client_secret": "pi_1_secret_9" }, "client_secret": "pi_1_secret_9" });
    for (status, body) in [(402, declined), (400, reused), (400, broken), (200, wrong_type)] {
        let canned = Canned::new(status, &[], body.to_string()).await;
        output.error(&canned.gateway.create_payment(order()).await.unwrap_err());
    }
    let wrong_text = r#"{ "id": "pi_1", "status": "succeeded", "amount_received": "pi_1_secret_9" }"#;
    let canned = Canned::new(200, &[], wrong_text).await;
    let reference = billing_core::PaymentRef::new(None, Some("pi_1".to_owned()));
    output.error(&canned.gateway.payment_status(&reference).await.unwrap_err());
}

#[tokio::test]
async fn no_secret_is_ever_shown() {
    let output = Output::default();
    let subscriber = tracing_subscriber::fmt().with_max_level(LevelFilter::TRACE).with_writer(output.clone());
    let logging = subscriber.finish().set_default();

    let setup = Setup::new().await;
    output.write(&format!("{:?} {:#?}", builder("http://localhost"), setup.gateway));
    let checkout = setup.gateway.create_payment(order()).await.unwrap();
    output.write(&format!("{checkout:?}"));
    for fault in [Fault::Status(401), Fault::Status(500), Fault::Garbage, Fault::Close] {
        setup.stripe.fail(ApiFault::new(fault).with_effect().with_times(3));
        output.error(&setup.gateway.create_payment(order()).await.unwrap_err());
        setup.stripe.clear_faults();
    }
    let paid = setup.paid_order().await;
    output.error(&setup.gateway.cancel(&paid.reference).await.unwrap_err());
    let mut clash = paid.request.clone();
    clash.amount = crate::setup::usd("1");
    output.error(&setup.gateway.create_payment(clash).await.unwrap_err());
    provoke_with_client_secrets(&output).await;
    drop(logging);

    let text = output.text();
    for expected in ["call to stripe is made again", "StripeGateway", "payment provider refused"] {
        assert!(text.contains(expected), "nothing was watched: {expected}");
    }
    for secret in [SECRET_KEY, WEBHOOK_SECRET, "_secret_"] {
        assert!(!text.contains(secret), "{secret} is shown");
    }
}
