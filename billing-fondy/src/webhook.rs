//! Callbacks: first whether they are Fondy's, then what they say.
use billing_core::{GatewayError, WebhookContent, WebhookEvent, WebhookRequest};
use http::header::CONTENT_TYPE;
use sha2::{Digest, Sha256};

use crate::{
    error::FondyError,
    fields::Fields,
    order::{Doubt, Merchant, Order, reads_one_way},
    signature::Signer,
};

/// What is needed to believe a callback.
#[derive(Clone, Debug)]
pub(crate) struct Webhooks {
    signer: Signer,
    merchant: Merchant,
}

impl Webhooks {
    pub(crate) fn new(signer: Signer, merchant: Merchant) -> Self {
        Self { signer, merchant }
    }

    pub(crate) fn parse(&self, request: &WebhookRequest) -> Result<WebhookEvent, GatewayError> {
        let fields = fields(request).map_err(not_authentic)?;
        if let Some(data) = fields.text("data").filter(|_| fields.text("order_id").is_none()) {
            return Err(self.of_protocol_2(&fields, data));
        }
        self.signer.verify(&fields).map_err(not_authentic)?;
        let order = Order::read(&fields, self.merchant).map_err(|doubt| match doubt {
            Doubt::NotBelieved(reason) => not_authentic(reason),
            Doubt::Unreadable(what) => FondyError::Unusable { what }.into(),
        })?;
        let content = if reads_one_way(&fields) {
            WebhookContent::Payment(order.snapshot())
        } else {
            WebhookContent::Changed(order.reference())
        };
        Ok(WebhookEvent::new(hex::encode(Sha256::digest(&request.body)), order.event(), content))
    }

    /// The portal was set to the other protocol: nothing can be taken until it is set back.
    fn of_protocol_2(&self, fields: &Fields, data: &str) -> GatewayError {
        if let Err(reason) = self.signer.verify_data(fields, data) {
            return not_authentic(reason);
        }
        tracing::error!(
            gateway.name = "fondy",
            "callback of protocol 2.0 is not read: the merchant's settings must ask for 1.0"
        );
        FondyError::Unusable { what: "a callback of protocol 2.0" }.into()
    }
}

fn fields(request: &WebhookRequest) -> Result<Fields, &'static str> {
    let content_type = request.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    if media_type.eq_ignore_ascii_case("application/json") {
        Fields::from_json(&request.body)
    } else if media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        Fields::from_form(&request.body)
    } else {
        Err("its content type is neither json nor form")
    }
}

fn not_authentic(reason: &'static str) -> GatewayError {
    GatewayError::NotAuthentic { reason }
}
