use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use reqwest::{Client, Method, RequestBuilder, Url, header, redirect};

use super::Answer;

const MOST_REDIRECTS: usize = 20;

/// Somebody's browser, as far as a server can tell: it keeps cookies, and says where its requests come from.
#[derive(Clone, Debug)]
pub(crate) struct Browser {
    client: Client,
    /// The server that it looks at.
    url: String,
    /// By origin and name.
    jar: Arc<Mutex<BTreeMap<(String, String), String>>>,
}

impl Browser {
    /// One that looks at the server at `url`.
    pub(crate) fn new(url: &str) -> Self {
        let client = Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .timeout(Duration::from_mins(1))
            .build()
            .unwrap();
        Self { client, url: url.to_owned(), jar: Arc::default() }
    }

    /// A request to be filled in, to an address of the server or a whole one. It carries no cookies yet.
    pub(crate) fn request(&self, method: Method, address: &str) -> RequestBuilder {
        let address =
            if address.starts_with('/') { format!("{}{address}", self.url) } else { address.to_owned() };
        self.client.request(method, address)
    }

    /// Sends it with the cookies that are kept, keeps those that it gets, and follows nothing.
    pub(crate) async fn send(&self, request: RequestBuilder) -> Answer {
        let origin = origin(&request.try_clone().unwrap().build().unwrap().url().clone());
        let answer = Answer::to(request.header(header::COOKIE, self.cookies(&origin))).await;
        for line in answer.headers.get_all(header::SET_COOKIE) {
            self.keep(&origin, line.to_str().unwrap());
        }
        answer
    }

    pub(crate) async fn get(&self, address: &str) -> Answer {
        self.send(self.request(Method::GET, address)).await
    }

    /// Sends JSON as the dashboard does.
    pub(crate) async fn ask(&self, method: Method, path: &str, body: &str) -> Answer {
        let request = self.request(method, path).header("content-type", "application/json");
        let request = request.header("x-requested-with", "billing-dashboard").header("origin", &self.url);
        self.send(request.body(body.to_owned())).await
    }

    /// Sends a form that is on a page of the server.
    pub(crate) async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(self.request(Method::POST, path).header("origin", &self.url).form(fields)).await
    }

    /// Goes where an answer sends it, and on from there, until it sees a page, or is sent to an address that begins with
    /// `end`. `base` is where the answer came from.
    pub(crate) async fn follow(&self, base: &str, mut answer: Answer, end: &str) -> (String, Answer) {
        let mut url = Url::parse(base).unwrap();
        for _ in 0..MOST_REDIRECTS {
            if !(300..400).contains(&answer.status) {
                return (url.into(), answer);
            }
            url = url.join(answer.header("location")).unwrap();
            if url.as_str().starts_with(end) {
                return (url.into(), answer);
            }
            answer = self.get(url.as_str()).await;
        }
        panic!("it goes on for ever, last to {url}")
    }

    /// Signs in as a demo user of the sandbox.
    pub(crate) async fn sign_in_as(&self, user: &str) {
        self.submit("/auth/demo", &[("user", user)]).await.expect(303);
    }

    /// Whose account it acts for, as the server sees it.
    pub(crate) async fn account(&self) -> Option<String> {
        let session = self.get("/auth/session").await.expect(200).json();
        assert_eq!(session["signed_in"], session["account"].is_string());
        session["account"].as_str().map(str::to_owned)
    }

    /// A cookie of the server.
    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        self.jar.lock().unwrap().get(&(self.url.clone(), name.to_owned())).cloned()
    }

    /// Puts a cookie of the server into its place, or takes it away.
    pub(crate) fn set_cookie(&self, name: &str, value: Option<&str>) {
        let mut jar = self.jar.lock().unwrap();
        let key = (self.url.clone(), name.to_owned());
        match value {
            Some(value) => jar.insert(key, value.to_owned()),
            None => jar.remove(&key),
        };
    }

    /// Forgets what a site has had it keep.
    pub(crate) fn forget(&self, site: &str) {
        self.jar.lock().unwrap().retain(|(of, _), _| of != site);
    }

    fn cookies(&self, origin: &str) -> String {
        let jar = self.jar.lock().unwrap();
        let ours = jar.iter().filter(|((of, _), _)| of == origin);
        ours.map(|((_, name), value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    fn keep(&self, origin: &str, line: &str) {
        let (name, rest) = line.split_once('=').unwrap();
        let value = rest.split(';').next().unwrap();
        let is_over = line.to_ascii_lowercase().contains("max-age=0")
            || line.to_ascii_lowercase().contains("expires=thu, 01 jan 1970");
        let mut jar = self.jar.lock().unwrap();
        let key = (origin.to_owned(), name.to_owned());
        if is_over {
            jar.remove(&key)
        } else {
            jar.insert(key, value.to_owned())
        };
    }
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}
