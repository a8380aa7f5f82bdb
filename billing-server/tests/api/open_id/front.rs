//! What stands before the provider: everything goes on to it, and its tokens can be forged on their way back.
use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::to_bytes,
    extract::{Request, State},
    response::{IntoResponse as _, Response},
};
use base64::{
    Engine as _,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use http::{StatusCode, header};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::Client;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// A key that the provider is made to tell as its own.
const KNOWN: &str = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgbG94TFYtXy9OIcFABEmn4Sgk7PndWP9iZP+SysCqoe6hRANCAAQu+qdmVZznPP0LbIKTX830V27W4DLHB2in6PVg7+/EUyEGtxsLR4SuwPPvqJRg8B/NQrrDrG67SOUmI03rvYPK";
const KNOWN_X: &str = "LvqnZlWc5zz9C2yCk1_N9Fdu1uAyxwdop-j1YO_vxFM";
const KNOWN_Y: &str = "IQa3GwtHhK7A8--olGDwH81CusOsbrtI5SYjTeu9g8o";
/// A key that nobody tells.
const UNKNOWN: &str = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgprDMjSMOJXxISZkGQiWIoU0mH2tB1a9hVdxNayD8UP6hRANCAASD29v0f8Lag1gvf6CSENDDI7NZiOp/mBH9fyqv/GqVTuqo177SeAfag3TKQTKb6W3urTn3Yg4g6UiSpzNH7j/Q";
pub(super) const CLIENT_SECRET: &str = "only-the-provider-knows";

/// What becomes of an ID token.
#[derive(Clone, Copy, Debug)]
pub(super) enum Forgery {
    /// It stays as it is.
    None,
    /// It is signed with a key of the provider, after its claims were changed.
    Claims(fn(&mut Value)),
    /// It is signed with a key that nobody knows, under the name of one that is known.
    OtherKey,
    /// It is signed with what the provider and we know.
    ClientSecret,
    /// It is not signed.
    Unsigned,
    /// A letter of its signature is another one.
    Scratched,
    /// There is none.
    Missing,
}

/// It listens before the provider does, so that the provider can be told where the world finds it.
#[derive(Clone, Debug)]
pub(super) struct Front {
    pub(super) url: String,
    state: Arc<Mutex<FrontState>>,
}

#[derive(Debug)]
struct FrontState {
    provider: Option<String>,
    forgery: Forgery,
    client: Client,
}

impl Front {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let client =
            Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let state = FrontState { provider: None, forgery: Forgery::None, client };
        let front = Self { url, state: Arc::new(Mutex::new(state)) };
        let router = Router::new().fallback(pass).with_state(front.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        front
    }

    /// Passes on to this provider, or to none: then it is out of order.
    pub(super) fn pass_to(&self, provider: Option<&str>) {
        self.state.lock().unwrap().provider = provider.map(str::to_owned);
    }

    pub(super) fn forge(&self, forgery: Forgery) {
        self.state.lock().unwrap().forgery = forgery;
    }
}

async fn pass(State(front): State<Front>, request: Request) -> Response {
    let (provider, forgery, client) = {
        let state = front.state.lock().unwrap();
        (state.provider.clone(), state.forgery, state.client.clone())
    };
    let Some(provider) = provider else { return StatusCode::BAD_GATEWAY.into_response() };
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 1_000_000).await.unwrap();
    let address = format!("{provider}{}", parts.uri.path_and_query().unwrap());
    let request = client.request(parts.method, address).headers(parts.headers).body(body);
    let answer = request.send().await.unwrap();
    let mut response = Response::builder().status(answer.status());
    response.headers_mut().unwrap().clone_from(answer.headers());
    response.headers_mut().unwrap().remove(header::CONTENT_LENGTH);
    response.headers_mut().unwrap().remove(header::TRANSFER_ENCODING);
    let mut body = answer.bytes().await.unwrap().to_vec();
    match parts.uri.path() {
        "/jwks" => body = with_our_key(&body),
        "/token" if body.windows(8).any(|window| window == b"id_token") => body = forged(&body, forgery),
        _ => {}
    }
    response.body(body.into()).unwrap()
}

fn with_our_key(jwks: &[u8]) -> Vec<u8> {
    let mut jwks: Value = serde_json::from_slice(jwks).unwrap();
    let key = json!({
        "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": "known", "x": KNOWN_X, "y": KNOWN_Y,
    });
    jwks["keys"].as_array_mut().unwrap().push(key);
    jwks.to_string().into_bytes()
}

fn forged(answer: &[u8], forgery: Forgery) -> Vec<u8> {
    let mut answer: Value = serde_json::from_slice(answer).unwrap();
    let token = answer["id_token"].as_str().unwrap().to_owned();
    let payload = token.split('.').nth(1).unwrap();
    let mut claims: Value = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
    let signed = |algorithm, key: &EncodingKey, claims: &Value| {
        let header = Header { kid: Some("known".to_owned()), ..Header::new(algorithm) };
        jsonwebtoken::encode(&header, claims, key).unwrap()
    };
    let der = |key: &str| EncodingKey::from_ec_der(&BASE64_STANDARD.decode(key).unwrap());
    let token = match forgery {
        Forgery::None => token,
        Forgery::Claims(change) => {
            change(&mut claims);
            signed(Algorithm::ES256, &der(KNOWN), &claims)
        }
        Forgery::OtherKey => signed(Algorithm::ES256, &der(UNKNOWN), &claims),
        Forgery::ClientSecret => {
            signed(Algorithm::HS256, &EncodingKey::from_secret(CLIENT_SECRET.as_bytes()), &claims)
        }
        // {"alg":"none"}
        Forgery::Unsigned => format!("eyJhbGciOiJub25lIn0.{payload}."),
        Forgery::Scratched => {
            let (rest, signature) = token.rsplit_once('.').unwrap();
            let first = if signature.starts_with('A') { 'B' } else { 'A' };
            format!("{rest}.{first}{}", &signature[1..])
        }
        Forgery::Missing => {
            answer.as_object_mut().unwrap().remove("id_token");
            return answer.to_string().into_bytes();
        }
    };
    answer["id_token"] = token.into();
    answer.to_string().into_bytes()
}
