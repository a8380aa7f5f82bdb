//! Webhooks are lost, repeated, late and out of order, answers of providers are lost, and servers are killed: in the end
//! every order that is paid is credited once, and nothing else is.
use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write as _,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use billing_testkit::{
    rounds,
    simulators::fondy::{ApiFault, Chaos, DeliveryPlan, Fault},
};
use fastrand::Rng;
use futures_util::future::join_all;
use reqwest::Method;
use rust_decimal::Decimal;
use tokio::{
    sync::{Semaphore, watch},
    time::timeout,
};

use crate::{
    market::{Credited, Market, credited},
    orders::{NewOrder, Order, Provider, Wish},
    support::{Answer, Api, Launch, Server, eventually, postgres_url, token},
};

const SEED: u64 = 20_261_117;
const USERS: [&str; 4] = ["anna", "borys", "vira", "hnat"];
const BUYERS: usize = 8;
const KILLS: usize = 5;
/// How often a buyer hears that the order is being opened, by a server that was killed perhaps, before giving up.
const PATIENCE: u32 = 5;

/// What becomes of an order.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Paid,
    Declined,
    Open,
}

impl Fate {
    fn draw(rng: &mut Rng) -> Self {
        match rng.u8(0..10) {
            0..6 => Self::Paid,
            6..8 => Self::Declined,
            _ => Self::Open,
        }
    }
}

/// Buyers, operators and whoever kills servers see this.
struct World {
    market: Market,
    /// Where the servers are while they run.
    urls: Vec<String>,
    /// Whose payment it is, by what is to be paid: no two buyers pay the same.
    buyers: BTreeMap<(Provider, i64), &'static str>,
    /// Orders that their buyers were told.
    known: Mutex<Vec<NewOrder>>,
    /// How many buyers have done what they wanted, or have given up.
    done: watch::Sender<usize>,
    is_over: AtomicBool,
}

impl World {
    fn api(&self, rng: &mut Rng, user: &str) -> Api {
        Api::new(&self.urls[rng.usize(..self.urls.len())], Some(token(user)))
    }

    fn known(&self) -> Vec<NewOrder> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What has to be credited, by the providers' own lists.
    fn paid(&self) -> Vec<Credited> {
        let orders = Provider::ALL.into_iter().flat_map(|provider| self.market.orders(provider));
        let mut paid: Vec<_> = orders
            .filter(|order| order.is_paid)
            .map(|order| Credited {
                user: self.buyers[&(order.provider, order.minor)].to_owned(),
                payment: order.payment.clone(),
                usd: order.provider.credit(order.minor),
            })
            .collect();
        paid.sort();
        paid
    }

    /// What is credited.
    async fn credited(&self) -> Vec<Credited> {
        let mut all = Vec::new();
        for user in USERS {
            all.extend(credited(&self.api(&mut Rng::with_seed(0), user)).await);
        }
        all.sort();
        all
    }

    /// Orders that nobody was told: the answer that told them was lost.
    fn untold(&self) -> Vec<Order> {
        let known: BTreeSet<_> = self.known().into_iter().map(|known| known.order).collect();
        let orders = Provider::ALL.into_iter().flat_map(|provider| self.market.orders(provider));
        orders.filter(|order| !known.contains(&order.id)).collect()
    }
}

/// What a buyer hears.
enum Word {
    Order(NewOrder),
    AskAgain,
    IsBeingOpened,
}

/// Asks for an order until it is told, and pays it or not. Who is refused once stands aside for the next one.
async fn buy(world: &World, wish: Wish, mut rng: Rng, places: &Semaphore) {
    let mut place = Some(places.acquire().await.unwrap());
    let user = world.buyers[&(wish.provider, wish.minor)];
    if rng.u8(0..10) < 2 {
        world.market.fail(wish.provider, wish.provider.on_creation(fault(&mut rng)));
    }
    let mut patience = rounds(PATIENCE);
    let order = eventually("the order", async || {
        let answer = Answer::try_to(wish.request(&world.api(&mut rng, user))).await;
        match answer.map_or(Word::AskAgain, |answer| word(&wish, &answer)) {
            Word::Order(order) => return Some(Some(order)),
            Word::AskAgain => {}
            Word::IsBeingOpened => patience -= 1,
        }
        place = None;
        (patience == 0).then_some(None)
    })
    .await;
    if let Some(order) = order {
        world.known.lock().unwrap_or_else(PoisonError::into_inner).push(order.clone());
        match Fate::draw(&mut rng) {
            Fate::Paid => world.market.pay(wish.provider, &order.order).await,
            Fate::Declined => world.market.decline(wish.provider, &order.order).await,
            Fate::Open => {}
        }
        look(&world.api(&mut rng, user), wish.provider, &order, &mut rng).await;
    }
    drop(place);
    world.done.send_modify(|done| *done += 1);
}

fn word(wish: &Wish, answer: &Answer) -> Word {
    match answer.status {
        200 => Word::Order(wish.read(answer)),
        409 if answer.json()["code"] == "PAYMENT_IN_PROGRESS" => Word::IsBeingOpened,
        502..=504 => Word::AskAgain,
        _ => panic!("{} {}", answer.status, answer.text),
    }
}

fn fault(rng: &mut Rng) -> ApiFault {
    let fault = match rng.u8(0..3) {
        0 => Fault::Close,
        1 => Fault::Garbage,
        _ => Fault::Status(500),
    };
    if rng.bool() { ApiFault::new(fault).with_effect() } else { ApiFault::new(fault) }
}

/// A browser comes back, or a page asks how the payment stands: whatever the server is doing.
async fn look(api: &Api, provider: Provider, order: &NewOrder, rng: &mut Rng) {
    let name = provider.name();
    let back = format!("/payment/{name}/return?payment={}", order.payment);
    let request = match rng.u8(0..4) {
        0 => api.request(Method::GET, &back),
        1 => api.request(Method::POST, &back).form(&[("order_status", "approved"), ("amount", "1")]),
        2 => api.request(Method::GET, &format!("/api/billing/payment/{name}/{}/status", order.payment)),
        _ => api.request(Method::GET, &format!("/api/billing/payment/{name}/{}/status", order.order)),
    };
    if let Ok(answer) = Answer::try_to(request).await {
        assert!([200, 503].contains(&answer.status), "{} {}", answer.status, answer.text);
    }
}

/// An operator asks providers, without rest.
async fn operate(world: Arc<World>, mut rng: Rng) {
    while !world.is_over.load(Ordering::Relaxed) {
        if let Some(order) = rng.choice(world.known()) {
            world.market.operate(&["payments", "sync", &order.payment]).await.printed();
        }
        // Providers fail now and then, which it tells.
        world.market.operate(&["reconcile", "--all"]).await.printed_anyhow();
    }
}

/// Kills one server after the other, and starts it again where it was.
async fn kill(world: Arc<World>, mut servers: Vec<(Launch, Server)>) -> Vec<(Launch, Server)> {
    let mut done = world.done.subscribe();
    for kill in 1..=KILLS {
        let enough = world.buyers.len() * kill / (KILLS + 3);
        let reached = timeout(Duration::from_mins(2), done.wait_for(|done| *done >= enough)).await;
        reached.expect("buyers go on within two minutes").unwrap();
        let (launch, server) = servers.remove(0);
        server.kill();
        let server = launch.start_unready();
        servers.push((launch, server));
    }
    servers
}

async fn open_world(database_url: &str, servers: usize, whole: u32) -> (World, Vec<(Launch, Server)>) {
    let mut market = Market::open(database_url).await;
    market.shop.launch = market.shop.launch.with_env("LOG_LEVEL", "warn");
    let first = market.start().await;
    let mut running = vec![(market.shop.launch.clone(), first)];
    while running.len() < servers {
        running.push(market.start_another().await);
    }
    let mut buyers = BTreeMap::new();
    for (number, user) in (0..i64::from(rounds(whole))).zip(USERS.into_iter().cycle()) {
        buyers.insert((Provider::Stripe, 100 + number), user);
        buyers.insert((Provider::Fondy, 5_000 + 137 * number), user);
    }
    let world = World {
        urls: running.iter().map(|(_, server)| server.url.clone()).collect(),
        market,
        buyers,
        known: Mutex::default(),
        done: watch::Sender::new(0),
        is_over: AtomicBool::new(false),
    };
    (world, running)
}

fn chaos(seed: u64, drop_percent: u8) -> DeliveryPlan {
    let chaos = Chaos::new(seed).with_drop_percent(drop_percent).with_most_duplicates(5);
    DeliveryPlan::new().with_chaos(chaos.with_most_delay(Duration::from_millis(500)))
}

/// Everybody at once, until each buyer has an order or has given up.
async fn trade(world: &Arc<World>, servers: Vec<(Launch, Server)>, rng: &mut Rng) -> Vec<(Launch, Server)> {
    world.market.shop.stripe.set_delivery_plan(chaos(SEED, 30));
    world.market.fondy.set_delivery_plan(chaos(SEED + 1, 30));
    let mut wishes: Vec<_> =
        world.buyers.keys().map(|(provider, minor)| Wish::new(*provider, *minor)).collect();
    rng.shuffle(&mut wishes);
    let operator = tokio::spawn(operate(Arc::clone(world), rng.fork()));
    let killer = tokio::spawn(kill(Arc::clone(world), servers));
    let places = Semaphore::new(BUYERS);
    join_all(wishes.into_iter().map(|wish| buy(world, wish, rng.fork(), &places))).await;
    let servers = killer.await.unwrap();
    world.is_over.store(true, Ordering::Relaxed);
    operator.await.unwrap();
    world.market.clear_faults();
    servers
}

/// Orders that nobody was told are paid too. Only their webhooks tell of them while the server that opened them, and
/// was killed, counts as being at it.
async fn pay_untold(world: &World, rng: &mut Rng) -> usize {
    world.market.shop.stripe.set_delivery_plan(chaos(SEED + 2, 0));
    world.market.fondy.set_delivery_plan(chaos(SEED + 3, 0));
    let untold = world.untold();
    for order in untold.iter().filter(|order| order.is_open) {
        if rng.bool() {
            world.market.pay(order.provider, &order.id).await;
        }
    }
    untold.len()
}

async fn every_paid_order_is_credited_once(database_url: &str, servers: usize, whole: u32) {
    let (world, servers) = open_world(database_url, servers, whole).await;
    let world = Arc::new(world);
    let mut rng = Rng::with_seed(SEED);
    let started = Instant::now();
    let _servers = trade(&world, servers, &mut rng).await;
    let untold = pay_untold(&world, &mut rng).await;
    world.market.wait_until_quiet().await;
    let (credited, paid) = (world.credited().await.len(), world.paid().len());
    world.market.operate(&["reconcile", "--all"]).await.printed();
    let (buyers, took) = (world.buyers.len(), started.elapsed());
    let told = format!("{buyers} buyers in {took:?}, {untold} orders that nobody was told, {paid} paid");
    let mut output = std::io::stderr();
    writeln!(output, "seed {SEED}: {told}, {credited} credited before the last look").unwrap();
    check(&world).await;
}

async fn check(world: &World) {
    let (paid, credited) = (world.paid(), world.credited().await);
    assert_eq!(credited, paid, "seed {SEED}: on the left what is credited, on the right what is paid");
    assert!(!paid.is_empty());
    let orders = world.market.orders(Provider::Stripe);
    let amounts: BTreeSet<_> = orders.iter().map(|order| order.minor).collect();
    assert_eq!(amounts.len(), orders.len(), "a buyer has two orders at Stripe");
    world.market.shop.verify();
    for user in USERS {
        let sum: Decimal = paid.iter().filter(|line| line.user == user).map(|line| line.usd).sum();
        let balance = world.api(&mut Rng::with_seed(0), user).balance("balance_usd").await;
        assert_eq!(balance.parse::<Decimal>().unwrap(), sum, "{user}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn paid_orders_are_credited_once_by_two_servers_on_postgres() {
    every_paid_order_is_credited_once(&postgres_url().await, 2, 300).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn paid_orders_are_credited_once_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("billing.db").display());
    every_paid_order_is_credited_once(&url, 1, 100).await;
}
