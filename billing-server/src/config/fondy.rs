use billing_core::{Currency, Money};
use billing_fondy::FondySignature;

use super::{Secret, Url, parse, read_range, reader::Reader, variables};

/// Merchants whose keys everybody knows: the test ones of Fondy and of the two gateways that share its protocol.
const PUBLIC_MERCHANTS: [&str; 3] = ["1396424", "1549901", "1700002"];
/// Their keys. Whoever knows a key can sign that a payment was made.
const PUBLIC_KEYS: [&str; 2] = ["test", "testcredit"];

/// A merchant of Fondy.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Fondy {
    /// Who we are there.
    pub merchant_id: String,
    /// What both sides sign with.
    pub secret_key: Secret,
    /// Where its API is.
    pub api_base: Url,
    /// How signatures are made.
    pub signature: FondySignature,
    /// Whether refunds carry an id.
    pub refund_ids: bool,
    /// The least that can be paid, in hryvnias.
    pub min: Money,
    /// The most that can be paid at once, in hryvnias.
    pub max: Money,
}

/// Fondy is on as soon as its merchant or key is set, and needs both then.
pub(super) fn read(reader: &mut Reader<'_>) -> Option<Fondy> {
    let api_base = reader.parse(&variables::FONDY_API_URL, parse::api_base);
    let signature = reader.parse(&variables::FONDY_SIGNATURE, signature);
    let refund_ids = reader.parse(&variables::FONDY_REFUND_IDS, switch);
    let range = read_range(reader, &variables::FONDY_MIN_UAH, &variables::FONDY_MAX_UAH, Currency::UAH);
    let keys = [&variables::FONDY_MERCHANT_ID, &variables::FONDY_SECRET_KEY];
    let set = keys.iter().find(|variable| reader.text(variable).is_some())?;
    let why = format!("Fondy needs it as {} is set", set.name);
    let [merchant_id, secret_key] = keys;
    let merchant_id = reader.require(merchant_id, &why, merchant);
    let secret_key = reader.require(secret_key, &why, key);
    reader.require(&variables::EXCHANGE_RATES, &why, |_| Ok::<_, &str>(()));
    let is_on_this_machine = api_base.as_ref().is_some_and(Url::is_loopback);
    if reader.text(&variables::BACKEND_URL).is_none() && !is_on_this_machine {
        reader.note(&variables::BACKEND_URL, format!("is not set; {why}: it calls back there"));
    }
    let (min, max) = range?;
    Some(Fondy {
        merchant_id: merchant_id?,
        secret_key: secret_key?,
        api_base: api_base?,
        signature: signature?,
        refund_ids: refund_ids?,
        min,
        max,
    })
}

fn merchant(text: &str) -> Result<String, &'static str> {
    let is_number = (1..=12).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number || text.starts_with('0') {
        return Err("must be a number of up to 12 digits, the first of which is not 0");
    }
    if PUBLIC_MERCHANTS.contains(&text) {
        return Err("is a test merchant whose key everybody knows; take one of your own");
    }
    Ok(text.to_owned())
}

fn key(text: &str) -> Result<Secret, &'static str> {
    if PUBLIC_KEYS.contains(&text) {
        return Err("is a key that everybody knows, and could sign payments with");
    }
    if text.contains(|letter: char| letter.is_whitespace() || letter.is_control()) {
        return Err("must have no blanks");
    }
    Ok(Secret::new(text))
}

fn switch(text: &str) -> Result<bool, &'static str> {
    match text {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err("must be on or off"),
    }
}

fn signature(text: &str) -> Result<FondySignature, &'static str> {
    text.parse().map_err(|_| "must be sha1 or md5")
}
