use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::{Duration, Instant},
};

use billing_core::{
    AccountId, BillingEvent, Clock, ContactStore, Currency, Deliveries, DeliveryOutcome, DispatchSettings,
    Dispatcher, LedgerSettings, ManualClock, Message, MessageState, Money, Outbox, OutboxQuery, PaymentId,
    Sighting,
};
use billing_email::{EmailNotifier, EmailTransport, SmtpSecurity, SmtpSettings};
use billing_sqlx::SqliteStore;
use chrono::{TimeDelta, Utc};
use tokio::time::sleep;

use crate::support::{Launch, Letter, MailServer, Server, sqlite_url};

const LETTERS: usize = 500;
/// No mail server takes a letter to this one.
const REFUSED: &str = "user-7@example.com";
/// In one server.
const COURIERS: usize = 2;
const PATIENCE: Duration = Duration::from_mins(4);
const PAUSE: Duration = Duration::from_millis(50);

fn address(number: usize) -> String {
    format!("user-{number}@example.com")
}

/// Owners with an address each, and a message to each.
async fn fill(store: &SqliteStore, count: usize, clock: &dyn Clock) {
    let ten = Money::from_micros(10_000_000, Currency::USD);
    for number in 0..count {
        let account = AccountId::new(format!("user-{number}")).unwrap();
        let sighting = Sighting::new(account.clone(), &address(number), None, clock.now()).unwrap();
        assert!(store.sight(&sighting).await.unwrap());
        let (payment, credited, balance) = (PaymentId::new(), ten, ten);
        let event = BillingEvent::PaymentSucceeded { payment, credited, paid: None, balance };
        let message = Message::new(format!("payment/{payment}/succeeded"), account, event, clock.now());
        assert!(store.enqueue(&message).await.unwrap());
    }
}

/// A server with its couriers, whatever happens to it or to its mail server, and all that the mail server took.
struct Post {
    launch: Launch,
    server: Option<Server>,
    mail: Option<MailServer>,
    port: u16,
    taken: Vec<Letter>,
    /// How many letters had been taken when one of both died.
    deaths: Vec<usize>,
}

impl Post {
    fn listen(&mut self) {
        if let Some(mail) = &mut self.mail {
            self.taken.extend(mail.heard().0);
        }
    }

    /// Waits for so many letters in all.
    async fn reach(&mut self, count: usize) {
        self.wait(&format!("{count} letters"), |post| post.taken.len() >= count).await;
    }

    async fn wait(&mut self, what: &str, is_so: impl Fn(&mut Self) -> bool) {
        let start = Instant::now();
        loop {
            self.listen();
            if is_so(self) {
                return;
            }
            assert!(start.elapsed() < PATIENCE, "{what} did not come; {} letters did", self.taken.len());
            sleep(PAUSE).await;
        }
    }

    /// Lets the mail server do so until it is dead, and starts another in its place.
    async fn die(&mut self, fault: &str) {
        self.misbehave(fault);
        self.wait(fault, |post| post.mail.as_mut().unwrap().has_died()).await;
        self.listen();
        self.deaths.push(self.taken.len());
        self.mail = Some(MailServer::start(self.port, REFUSED));
    }

    fn misbehave(&mut self, fault: &str) {
        self.mail.as_mut().unwrap().misbehave(fault);
    }

    /// Kills the billing server, and starts it again.
    async fn kill_server(&mut self) {
        self.server.take().unwrap().kill();
        self.listen();
        self.deaths.push(self.taken.len());
        self.server = Some(self.launch.start().await);
    }

    /// Waits until the mail server has been tried so often.
    async fn tried(&mut self, times: usize) {
        let (start, mut tries) = (Instant::now(), 0);
        while tries < times {
            let (letters, connections) = self.mail.as_mut().unwrap().heard();
            self.taken.extend(letters);
            tries += connections;
            assert!(start.elapsed() < PATIENCE, "the mail server was not tried {times} times");
            sleep(PAUSE).await;
        }
    }
}

#[tokio::test]
async fn five_hundred_letters_arrive_through_every_fault_and_three_kills() {
    let launch = Launch::serve();
    let url = sqlite_url(launch.folder());
    let store = SqliteStore::connect(&url, LedgerSettings::new(Currency::USD)).await.unwrap();
    store.migrate().await.unwrap();
    fill(&store, LETTERS, &billing_core::SystemClock).await;
    // A port where nobody listens for now.
    let port = MailServer::start(0, REFUSED).port;
    let launch = launch
        .with_env("DATABASE_URL", &url)
        .with_env("EMAIL_TRANSPORT", "smtp")
        .with_env("EMAIL_FROM", "billing@example.com")
        .with_env("SMTP_HOST", "127.0.0.1")
        .with_env("SMTP_PORT", port.to_string())
        .with_env("SMTP_SECURE", "none")
        .with_env("SMTP_TIMEOUT", "2s")
        .with_env("OUTBOX_BACKOFF", "1s,2s");
    let server = Some(launch.start().await);
    let (taken, deaths) = (Vec::new(), Vec::new());
    let mut post = Post { launch, server, mail: None, port, taken, deaths };
    let waiting = OutboxQuery::newest(1_000).with_state(MessageState::Waiting);
    let start = Instant::now();
    while !store.list_messages(&waiting).await.unwrap().iter().any(|entry| entry.detail.is_some()) {
        assert!(start.elapsed() < PATIENCE, "nobody has tried while the mail server was down");
        sleep(PAUSE).await;
    }

    post.mail = Some(MailServer::start(port, REFUSED));
    post.misbehave("greet_421");
    post.tried(20).await;
    post.misbehave("");
    post.reach(50).await;
    post.die("die_in_data").await;
    post.reach(100).await;
    post.kill_server().await;
    post.reach(150).await;
    post.die("die_after_data").await;
    post.reach(200).await;
    post.misbehave("hang_in_data");
    // Both couriers hang, give up after their time, and come again.
    post.tried(COURIERS + 1).await;
    post.kill_server().await;
    post.misbehave("");
    post.reach(300).await;
    post.die("die_after_data").await;
    post.reach(400).await;
    post.kill_server().await;
    let start = Instant::now();
    while !store.list_messages(&waiting).await.unwrap().is_empty() {
        assert!(start.elapsed() < PATIENCE, "some letters still wait");
        post.listen();
        sleep(PAUSE).await;
    }
    post.listen();
    prove(&store, &post).await;
}

/// Each letter arrived, at the right address; more than once only where somebody died before it was noted.
async fn prove(store: &SqliteStore, post: &Post) {
    let in_state =
        async |state| store.list_messages(&OutboxQuery::newest(1_000).with_state(state)).await.unwrap();
    assert_eq!(in_state(MessageState::Delivered).await.len(), LETTERS - 1);
    let given_up = in_state(MessageState::GivenUp).await;
    assert_eq!(given_up.iter().map(|entry| entry.attempts > 0).collect::<Vec<_>>(), [true]);
    assert!(!given_up[0].detail.as_ref().unwrap().contains("user-7@"), "{given_up:?}");
    let listed = post.launch.printed(&["outbox", "list"]);
    assert!(listed.contains(&given_up[0].message.key) && listed.lines().count() == 1, "{listed}");

    let mut places = BTreeMap::<_, Vec<_>>::new();
    for (place, letter) in post.taken.iter().enumerate() {
        places.entry(letter.message_id.clone()).or_default().push((place, letter.to.clone()));
    }
    let readers: BTreeSet<_> = places.values().map(|taken| taken[0].1.clone()).collect();
    let expected: BTreeSet<_> = (0..LETTERS).map(address).filter(|address| address != REFUSED).collect();
    assert_eq!(readers, expected);
    assert_eq!(places.len(), LETTERS - 1, "one Message-ID a letter");
    for taken in places.values().filter(|taken| taken.len() > 1) {
        assert!(taken.iter().all(|(_, to)| *to == taken[0].1), "{taken:?}");
        let near = |place: usize| post.deaths.iter().any(|death| place.abs_diff(*death) <= 2 * COURIERS);
        assert!(near(taken[0].0), "{taken:?} was repeated, and nobody died then: {:?}", post.deaths);
    }
    eprintln!("{} letters taken, {} of them repeats", post.taken.len(), post.taken.len() - places.len());
}

#[tokio::test]
async fn a_mail_server_that_refuses_for_an_hour_is_only_a_delay() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::new(Utc::now()));
    let store =
        SqliteStore::connect(&sqlite_url(folder.path()), LedgerSettings::new(Currency::USD)).await.unwrap();
    store.migrate().await.unwrap();
    fill(&store, 20, &*clock).await;
    let mut mail = MailServer::start(0, "nobody");
    mail.misbehave("greet_421");
    let smtp = SmtpSettings::new("127.0.0.1").with_port(mail.port).with_security(SmtpSecurity::None);
    let notifier = EmailNotifier::builder("billing@example.com", EmailTransport::Smtp(smtp)).build().unwrap();
    let store = Arc::new(store);
    let deliveries = Arc::<SqliteStore>::clone(&store);
    let contacts = Arc::<SqliteStore>::clone(&store);
    let now = Arc::<ManualClock>::clone(&clock);
    let dispatcher =
        Dispatcher::new(deliveries, contacts, Arc::new(notifier), now, DispatchSettings::default());
    let round = async || {
        let (mut delivered, mut put_off) = (0, 0);
        while let Some(dispatched) = dispatcher.deliver_next().await.unwrap() {
            match dispatched.outcome {
                DeliveryOutcome::Delivered => delivered += 1,
                DeliveryOutcome::PutOff { .. } => put_off += 1,
                other => panic!("{other:?}"),
            }
        }
        (delivered, put_off)
    };
    let mut attempts = 0;
    for _ in 0..60 {
        let (delivered, put_off) = round().await;
        assert_eq!(delivered, 0);
        attempts += put_off;
        clock.advance(TimeDelta::minutes(1));
    }
    // Pauses grow: far fewer than one a minute for each letter.
    assert!((20 * 5..20 * 20).contains(&attempts), "{attempts} attempts");
    mail.misbehave("");
    clock.advance(TimeDelta::minutes(15));
    assert_eq!(round().await, (20, 0));
}
