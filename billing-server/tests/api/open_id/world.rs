use std::{path::Path, process::Command};

use billing_testkit::processes::Process;

use super::front::{CLIENT_SECRET, Front};
use crate::support::{Answer, Browser, Launch, Server};

const NODE: &str = "install Node.js 20.19 or newer, with npm (Debian: nodejs npm)";
const CLIENT_ID: &str = "billing";

/// How the provider is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Habits {
    /// `client_secret_basic` or `client_secret_post`.
    pub(super) auth_method: &'static str,
    /// Whether addresses stand in ID tokens, or are told to who asks.
    pub(super) email_in_token: bool,
    /// Whether it has seen them proven.
    pub(super) email_verified: bool,
}

impl Default for Habits {
    fn default() -> Self {
        Self { auth_method: "client_secret_basic", email_in_token: true, email_verified: true }
    }
}

/// A server, and a provider that people sign in at.
pub(super) struct World {
    pub(super) server: Server,
    pub(super) front: Front,
    provider: Process,
}

impl World {
    pub(super) async fn new() -> Self {
        Self::with(Habits::default()).await
    }

    pub(super) async fn with(habits: Habits) -> Self {
        let front = Front::start().await;
        let server = Launch::serve()
            .with_env("OIDC_ISSUER_URL", &front.url)
            .with_env("OIDC_CLIENT_ID", CLIENT_ID)
            .with_env("OIDC_CLIENT_SECRET", CLIENT_SECRET)
            .start()
            .await;
        let provider = start_provider(&front, &server, habits);
        front.pass_to(Some(provider.url()));
        Self { server, front, provider }
    }

    /// Whether the provider is in order.
    pub(super) fn set_in_order(&self, is_in_order: bool) {
        self.front.pass_to(is_in_order.then(|| self.provider.url()));
    }

    pub(super) fn browser(&self) -> Browser {
        Browser::new(&self.server.url)
    }

    /// A browser at the provider, which asks who its user is. It wants to go to `return_to` then.
    pub(super) async fn at_the_door(&self, browser: &Browser, return_to: &str) -> (String, Answer) {
        // Or the provider would not ask a second time.
        browser.forget(&self.front.url);
        let query = [("return_to", return_to)];
        let request = browser.request(reqwest::Method::GET, "/auth/login").query(&query);
        let answer = browser.send(request).await.expect(303);
        let (url, page) = browser.follow(&self.server.url, answer, "nowhere").await;
        assert!(url.starts_with(&format!("{}/interaction/", self.front.url)), "{url}: {}", page.text);
        (url, page.expect(200))
    }

    /// Signs in at the provider as `user`. The answer is the address that the browser is sent back to, with a code.
    pub(super) async fn sign_in_there(&self, browser: &Browser, return_to: &str, user: &str) -> String {
        let (url, page) = self.at_the_door(browser, return_to).await;
        let (url, page) = self.submit(browser, &url, &page, &[("login", user), ("password", "any")]).await;
        if url.starts_with(&self.callback()) {
            return url;
        }
        let (url, page) = self.submit(browser, &url, &page, &[]).await;
        assert!(url.starts_with(&self.callback()), "{url}: {}", page.text);
        url
    }

    /// Sends the form of a page, and goes on to the next page, or to where it would be back.
    async fn submit(
        &self,
        browser: &Browser,
        url: &str,
        page: &Answer,
        fields: &[(&str, &str)],
    ) -> (String, Answer) {
        let attribute = |tag: &str, name: &str| {
            let (_, rest) = page.text.split_once(tag).unwrap_or_else(|| panic!("{tag} in {}", page.text));
            let (_, rest) = rest.split_once(&format!("{name}=\"")).unwrap();
            rest.split('"').next().unwrap().to_owned()
        };
        let prompt = attribute("name=\"prompt\"", "value");
        let form = [&[("prompt", prompt.as_str())], fields].concat();
        let request = browser.request(reqwest::Method::POST, &attribute("<form", "action")).form(&form);
        let answer = browser.send(request).await;
        browser.follow(url, answer, &self.callback()).await
    }

    /// Where the provider sends browsers back to.
    pub(super) fn callback(&self) -> String {
        format!("{}/auth/callback", self.server.url)
    }
}

fn start_provider(front: &Front, server: &Server, habits: Habits) -> Process {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oidc");
    assert!(
        folder.join("node_modules").is_dir(),
        "the identity provider of the tests is not installed: run make test-clients"
    );
    let yes_or_no = |is_so| if is_so { "yes" } else { "no" };
    let mut command = Command::new("node");
    command
        .arg("provider.mjs")
        .current_dir(folder)
        .env("ISSUER", &front.url)
        .env("REDIRECT_URI", format!("{}/auth/callback", server.url))
        .env("CLIENT_ID", CLIENT_ID)
        .env("CLIENT_SECRET", CLIENT_SECRET)
        .env("AUTH_METHOD", habits.auth_method)
        .env("EMAIL_IN_TOKEN", yes_or_no(habits.email_in_token))
        .env("EMAIL_VERIFIED", yes_or_no(habits.email_verified))
        .stderr(std::process::Stdio::null());
    let is_there = Command::new("node").arg("--version").output();
    assert!(is_there.is_ok(), "{NODE}: {is_there:?}");
    Process::start(command).unwrap_or_else(|printed| panic!("{NODE}: {printed}"))
}
