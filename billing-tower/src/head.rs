//! What the head of a response says about its end.
use http::{Method, Response, StatusCode, header};
use http_body::Body;

use crate::{ResponseBody, guard::Capturing, pass::Pass};

/// What becomes of the answer to a call that money is held for.
pub(crate) enum Answer<B: Body> {
    /// It goes to the caller, and is charged when its body ends.
    Passes(Response<ResponseBody<B>>),
    /// It ends with its head and costs something, so its head waits for the capture.
    Waits(Capturing, Response<B>),
    /// It takes the connection over, which is not allowed here.
    Upgrade,
}

impl<B: Body> Answer<B> {
    pub(crate) fn new(pass: Pass, method: &Method, mut response: Response<B>, upgrades: bool) -> Self {
        let Pass { mut guard, headers } = pass;
        if is_upgrade(method, &response) && !upgrades {
            return Self::Upgrade;
        }
        headers.write(response.headers_mut());
        if delivers(method, &response) {
            guard.deliver();
        }
        if !ends(method, &response) {
            let length = announced_length(&response);
            return Self::Passes(response.map(|body| ResponseBody::due(body, guard, length)));
        }
        match guard.finish() {
            Some(capturing) => Self::Waits(capturing, response),
            None => Self::Passes(response.map(ResponseBody::settled)),
        }
    }
}

/// Whether the handler takes the connection over.
fn is_upgrade<B>(method: &Method, response: &Response<B>) -> bool {
    let status = response.status();
    status == StatusCode::SWITCHING_PROTOCOLS || method == Method::CONNECT && status.is_success()
}

/// Whether the call has delivered what is paid for.
fn delivers<B>(method: &Method, response: &Response<B>) -> bool {
    let answers = method != Method::HEAD && method != Method::OPTIONS && response.status().is_success();
    answers || is_upgrade(method, response)
}

/// Whether nobody will read a body: the response ends with its head.
fn ends<B: Body>(method: &Method, response: &Response<B>) -> bool {
    let bodiless = matches!(response.status(), StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    let empty = response.body().is_end_stream() || announced_length(response) == Some(0);
    method == Method::HEAD || bodiless || empty || is_upgrade(method, response)
}

/// How long the body will be, if the head tells.
fn announced_length<B: Body>(response: &Response<B>) -> Option<u64> {
    let header = response.headers().get(header::CONTENT_LENGTH);
    let announced = header.and_then(|value| value.to_str().ok()?.parse().ok());
    announced.or_else(|| response.body().size_hint().exact())
}
