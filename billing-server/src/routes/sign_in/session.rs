use std::sync::Arc;

use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use http::HeaderMap;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    App, Mode,
    sandbox::users::{self, DemoUser},
    sign_in::Session,
    words::{LanguageCode, ServerMode, WayToSignIn},
};

/// Whether a browser is signed in, and how it could be.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SessionState {
    /// Whether it is.
    signed_in: bool,
    /// Whose account it acts for.
    #[schema(example = "demo-user", required)]
    account: Option<String>,
    /// Who that is.
    #[schema(example = "Олена Коваль", required)]
    name: Option<String>,
    /// His address.
    #[schema(example = "olena@example.com", required)]
    email: Option<String>,
    /// Until when.
    #[schema(required)]
    expires_at: Option<DateTime<Utc>>,
    /// `serve`, or `sandbox` where no money is real.
    #[schema(value_type = ServerMode, example = "sandbox")]
    mode: String,
    /// The ways to sign in.
    sign_in: Vec<Door>,
    /// The language of whoever has not chosen one.
    #[schema(value_type = LanguageCode, example = "uk")]
    default_language: &'static str,
    /// Where people are helped.
    #[schema(required)]
    support_email: Option<String>,
    /// Where letters can be looked at, in the sandbox.
    #[schema(value_type = Option<String>, required)]
    mailbox_url: Option<&'static str>,
}

/// A way to sign in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SignInWay)]
struct Door {
    /// `oidc`: at an identity provider; `external`: at a platform; `demo`: as a user of the sandbox.
    #[schema(value_type = WayToSignIn, example = "oidc")]
    kind: &'static str,
    /// Where: the browser goes there, or, as a demo user, sends a form there.
    #[schema(value_type = String, example = "/auth/login")]
    url: &'static str,
    /// As whom, of `demo`.
    #[serde(skip_serializing_if = "Option::is_none")]
    users: Option<Vec<Choice>>,
}

/// A user of the sandbox.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DemoUser)]
struct Choice {
    /// What the form says.
    #[schema(value_type = String, example = "demo-user")]
    id: &'static str,
    /// For people.
    #[schema(value_type = String, example = "Олена Коваль")]
    name: &'static str,
}

impl SessionState {
    pub(super) fn new(app: &App, session: Option<Session>) -> Self {
        let expires_at = session.as_ref().map(|session| session.expires_at);
        let person = session.map(|session| session.person);
        let (account, details) = person.map(|person| (person.account, (person.email, person.name))).unzip();
        let (email, name) = details.unwrap_or_default();
        Self {
            signed_in: account.is_some(),
            account: account.map(String::from),
            name,
            email,
            expires_at,
            mode: app.mode.to_string(),
            sign_in: doors(app),
            default_language: app.language.as_str(),
            support_email: app.support_email.clone(),
            mailbox_url: matches!(app.mode, Mode::Sandbox { .. }).then_some("/mailbox"),
        }
    }
}

fn doors(app: &App) -> Vec<Door> {
    let way = app.sign_in.kind().map(|kind| Door { kind, url: "/auth/login", users: None });
    let choice = |user: &DemoUser| Choice { id: user.account, name: user.name };
    let demo = matches!(app.mode, Mode::Sandbox { .. }).then(|| Door {
        kind: "demo",
        url: "/auth/demo",
        users: Some(users::ALL.iter().map(choice).collect()),
    });
    way.into_iter().chain(demo).collect()
}

/// Whether this browser is signed in. It can be asked by anybody.
#[utoipa::path(
    get,
    path = "/auth/session",
    tag = "sign-in",
    responses((status = 200, body = SessionState))
)]
pub(super) async fn session(State(app): State<Arc<App>>, headers: HeaderMap) -> Json<SessionState> {
    let session = app.sign_in.session(&headers);
    Json(SessionState::new(&app, session))
}
