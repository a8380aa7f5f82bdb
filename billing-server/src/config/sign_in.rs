use std::{net::SocketAddr, time::Duration};

use super::{Secret, Url, parse, reader::Reader, variables};

/// The provider, unless another one is named.
const GOOGLE: &str = "https://accounts.google.com";

/// How people sign in with a browser.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SignIn {
    /// How long they stay signed in.
    pub session_life: Duration,
    /// Where they prove who they are, if anywhere.
    pub way: Option<Way>,
}

/// Where people prove who they are.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Way {
    /// At an OpenID Connect provider.
    OpenId(OpenId),
    /// At a platform that hands over a token.
    External(Url),
}

/// An OpenID Connect provider, and what it knows this server as.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct OpenId {
    /// Its address, to the letter: its tokens name it.
    pub issuer: String,
    /// Whether it is on this machine.
    pub is_loopback: bool,
    /// Our name there.
    pub client_id: String,
    /// What proves it.
    pub client_secret: Secret,
}

pub(super) fn read(reader: &mut Reader<'_>) -> Option<SignIn> {
    let session_life = reader.parse(&variables::SESSION_LIFE, parse::session_life);
    let open_id = read_open_id(reader);
    let login_url = reader.parse(&variables::LOGIN_URL, parse::api_base);
    let way = match (open_id, login_url) {
        (Some(_), Some(_)) => {
            reader.note(
                &variables::LOGIN_URL,
                "must not be set beside OIDC_ISSUER_URL: people sign in in one way",
            );
            None
        }
        (Some(provider), None) => Some(Way::OpenId(provider)),
        (None, Some(url)) => Some(Way::External(url)),
        (None, None) => None,
    };
    if way.is_some() {
        demand_private_backend(reader);
    }
    Some(SignIn { session_life: session_life?, way })
}

/// The provider is on as soon as one of its variables is set, and needs all of them then; Google goes without saying.
fn read_open_id(reader: &mut Reader<'_>) -> Option<OpenId> {
    let all = [&variables::OIDC_ISSUER_URL, &variables::OIDC_CLIENT_ID, &variables::OIDC_CLIENT_SECRET];
    let set = all.iter().find(|variable| reader.text(variable).is_some())?;
    let why = format!("signing in needs it as {} is set", set.name);
    let [issuer, client_id, client_secret] = all;
    let issuer = match reader.text(issuer) {
        None => Some((GOOGLE.to_owned(), false)),
        Some(_) => {
            reader.parse(issuer, |text| parse::api_base(text).map(|url| (text.to_owned(), url.is_loopback())))
        }
    };
    let client_id = reader.require(client_id, &why, visible);
    let client_secret = reader.require(client_secret, &why, visible);
    let (issuer, is_loopback) = issuer?;
    Some(OpenId { issuer, is_loopback, client_id: client_id?, client_secret: Secret::new(client_secret?) })
}

/// Browsers keep our cookies over https alone, unless the server is on their own machine.
fn demand_private_backend(reader: &mut Reader<'_>) {
    let problem = "must begin with https://, unless it is on this machine, for people to sign in";
    let is_for_all = reader.text(&variables::BIND_ADDR).and_then(|text| text.parse::<SocketAddr>().ok());
    if is_for_all.is_some_and(|addr| !addr.ip().is_loopback())
        && reader.text(&variables::BACKEND_URL).is_none()
    {
        reader.note(&variables::BACKEND_URL, "is not set; people who sign in are sent back to it");
    }
    reader.parse(&variables::BACKEND_URL, |text| match parse::url(text) {
        Ok(url) if !url.is_encrypted() && !url.is_loopback() => Err(problem),
        _ => Ok(()),
    });
}

fn visible(text: &str) -> Result<String, &'static str> {
    let is_visible = text.bytes().all(|byte| byte.is_ascii_graphic());
    if is_visible { Ok(text.to_owned()) } else { Err("must be visible ASCII characters alone") }
}
