use std::{
    io,
    sync::{Arc, Mutex},
};

use billing_core::{PaymentGateway, PaymentId, Refund, RefundId};
use serde_json::json;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::{fmt::MakeWriter, util::SubscriberInitExt};

use crate::{
    canned::{Answer, Canned, hanging_up},
    setup::{SECRET, builder, listener, new_order, reference, told, uah, whole_text},
    webhooks::json_webhook,
};

/// All that anybody might read.
#[derive(Clone, Default)]
struct Output(Arc<Mutex<Vec<u8>>>);

impl Output {
    fn write(&self, text: &str) {
        self.0.lock().unwrap().extend_from_slice(text.as_bytes());
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

/// Answers that repeat what is nobody's business.
fn telling_answers() -> Vec<Answer> {
    let message = format!("Invalid signature; response_signature_string: {SECRET}|444455XXXXXX1111");
    let refused = json!({ "response_status": "failure", "error_code": 1014, "error_message": message });
    vec![
        Answer::Fields(refused),
        Answer::Raw(200, &[], format!("{{\"{SECRET}\":\"444455XXXXXX1111\"")),
        Answer::Raw(502, &[], format!("<html>{SECRET} 444455XXXXXX1111</html>")),
        Answer::Fields(told(PaymentId::new(), &json!({ "order_desc": SECRET }))),
        Answer::Raw(302, &[("location", "https://example.com/444455XXXXXX1111")], String::new()),
    ]
}

#[tokio::test]
async fn no_secret_and_no_card_is_ever_shown() {
    let output = Output::default();
    let subscriber = tracing_subscriber::fmt().with_max_level(LevelFilter::TRACE).with_writer(output.clone());
    let logging = subscriber.finish().set_default();

    output.write(&format!("{:?} {:#?}", builder("http://localhost"), listener()));
    for answer in telling_answers() {
        let fondy = Canned::new([answer]).await;
        output.write(&whole_text(&fondy.gateway.create_payment(new_order()).await.unwrap_err()));
        let reference = reference(PaymentId::new());
        output.write(&whole_text(&fondy.gateway.payment_status(&reference).await.unwrap_err()));
        let refund = Refund::new(RefundId::new(), reference, uah(100), uah(0));
        output.write(&whole_text(&fondy.gateway.refund(refund).await.unwrap_err()));
    }
    let (base, _) = hanging_up().await;
    let lost = builder(&base).build().unwrap();
    output.write(&whole_text(&lost.payment_status(&reference(PaymentId::new())).await.unwrap_err()));
    let forged = told(PaymentId::new(), &json!({ "signature": "0".repeat(40) }));
    output.write(&whole_text(&listener().parse_webhook(json_webhook(&forged)).await.unwrap_err()));
    drop(logging);

    let text = output.text();
    for expected in
        ["call to fondy is made again", "FondyGateway", "fondy refused checkout/url with code 1014"]
    {
        assert!(text.contains(expected), "nothing was watched: {expected}");
    }
    for secret in [SECRET, "444455XXXXXX1111", "payer@example.com"] {
        assert!(!text.contains(secret), "{secret} is shown");
    }
}
