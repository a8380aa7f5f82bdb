//! Thousands of calls that end in every way there is, and a server that is killed under them: each is charged what was
//! metered for it, and no money stays held.
mod server;

use std::{
    collections::HashMap,
    env,
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, mpsc},
    thread,
    time::{Duration, Instant},
};

use billing_core::{AccountId, Currency, Ledger, LedgerSettings, Money, PostingId, TopUp};
use billing_sqlx::PostgresStore;
use billing_testkit::rounds;
use fastrand::Rng;
use futures_util::{StreamExt as _, stream};
use reqwest::Client;

use crate::support::{eventually, postgres_url, turn};

const SEED: u64 = 37;
/// Calls under way at once.
const PARALLEL: usize = 48;
/// A call that ended so shortly before the server was killed may be unsettled.
const SHORTLY: Duration = Duration::from_secs(2);

/// What was metered for each call, as the servers tell it.
type Metered = Arc<Mutex<HashMap<String, i64>>>;

/// One of the processes that serve.
struct Process {
    child: Child,
    addr: String,
}

impl Process {
    fn start(url: &str, metered: &Metered) -> Self {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--ignored", "--exact", "chaos::server::serve_until_killed", "--nocapture"])
            .env(server::DATABASE, url)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (found, addr) = mpsc::channel();
        let metered = Arc::clone(metered);
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                // The first line begins with what the test runner says.
                if let Some((_, addr)) = line.split_once("listening on ") {
                    found.send(addr.to_owned()).unwrap();
                }
                let Some((_, told)) = line.split_once("metered ") else { continue };
                let (call, micros) = told.split_once(' ').unwrap();
                metered.lock().unwrap().insert(call.to_owned(), micros.parse().unwrap());
            }
        });
        let addr = addr.recv_timeout(Duration::from_mins(1)).unwrap();
        Self { child, addr }
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A call, and when its client was done with it.
struct Ended {
    call: String,
    how: &'static str,
    began_at: Instant,
    at: Instant,
    /// Whether the connection broke, which only a kill does.
    broken: bool,
}

/// Makes a call of some kind; some clients leave before the answer, some in the middle of it.
async fn call(client: Client, addr: Arc<Mutex<String>>, call: String, mut rng: Rng) -> Ended {
    let kinds = ["plain", "plain", "stream", "stream", "stream", "error", "panic", "hang", "break"];
    let how = kinds[rng.usize(..kinds.len())];
    let cost = rng.i64(1..120) * 10_000;
    let url = format!("http://{}/{how}/{cost}/{call}", addr.lock().unwrap());
    let leaves_after = rng.bool().then(|| rng.usize(..12));
    let request = client.get(url).send();
    let (began_at, mut broken) = (Instant::now(), false);
    if leaves_after == Some(0) {
        // It may be anywhere on its way.
        let _ = tokio::time::timeout(Duration::from_micros(rng.u64(1..20_000)), request).await;
    } else {
        match request.await {
            Err(error) => broken = error.is_connect() || error.is_request(),
            Ok(mut response) => {
                let mut chunks = 0;
                loop {
                    if leaves_after.is_some_and(|most| chunks >= most) {
                        break;
                    }
                    match response.chunk().await {
                        Ok(Some(_)) => chunks += 1,
                        Ok(None) => break,
                        Err(_) => {
                            broken = how != "break";
                            break;
                        }
                    }
                }
            }
        }
    }
    Ended { call, how, began_at, at: Instant::now(), broken }
}

async fn fund(ledger: &PostgresStore, calls: &[String]) {
    let dollars = Money::from_micros(10_000_000, Currency::USD);
    stream::iter(calls)
        .for_each_concurrent(16, |call| async move {
            let account = AccountId::new(call.as_str()).unwrap();
            ledger.top_up(TopUp::new(PostingId::new(), account, dollars, "stripe")).await.unwrap();
        })
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_call_is_charged_what_was_metered_however_it_ends() {
    let _turn = turn().await;
    let url = postgres_url().await;
    let settings = LedgerSettings::new(Currency::USD).with_hold_ttl(server::HOLD_TTL);
    let ledger = PostgresStore::connect(&url, 16, settings).unwrap();
    ledger.migrate().await.unwrap();
    let mut rng = Rng::with_seed(SEED);
    let calls: Vec<String> = (0..rounds(10_000)).map(|number| format!("call-{number}")).collect();
    fund(&ledger, &calls).await;

    let metered = Metered::default();
    let mut process = Process::start(&url, &metered);
    let addr = Arc::new(Mutex::new(process.addr.clone()));
    let one = Client::builder().no_proxy().timeout(Duration::from_secs(30)).build().unwrap();
    let two = Client::builder()
        .no_proxy()
        .timeout(Duration::from_secs(30))
        .http2_prior_knowledge()
        .build()
        .unwrap();
    let (mut ended, mut killed_at) = (Vec::new(), Vec::new());
    {
        let running = stream::iter(calls.iter().map(|name| {
            let client = if rng.bool() { &one } else { &two }.clone();
            call(client, Arc::clone(&addr), name.clone(), rng.fork())
        }))
        .buffer_unordered(PARALLEL);
        let mut running = std::pin::pin!(running);
        while let Some(end) = running.next().await {
            ended.push(end);
            if ended.len() == calls.len() / 3 || ended.len() == calls.len() * 2 / 3 {
                killed_at.push(Instant::now());
                process.kill();
                process = Process::start(&url, &metered);
                addr.lock().unwrap().clone_from(&process.addr);
            }
        }
    }

    // What nobody settles expires; what is on its way arrives.
    eventually("no hold is open", async || {
        ledger.expire_holds(10_000).await.unwrap();
        let audit = ledger.verify().await.unwrap();
        assert!(audit.is_clean(), "{audit:?}");
        (audit.open_holds == 0).then_some(())
    })
    .await;
    let metered = metered.lock().unwrap().clone();
    let (mut exact, mut by_kind) = (0, HashMap::<_, usize>::new());
    for Ended { call, how, began_at, at, broken } in &ended {
        let account = ledger.account(&AccountId::new(call.as_str()).unwrap()).await.unwrap();
        let spent = account.spent.micros();
        assert_eq!(account.held.micros(), 0, "{how} {call}");
        let near_a_kill = killed_at.iter().any(|kill| began_at <= kill && *at + SHORTLY >= *kill);
        let told = metered.get(call).copied().unwrap_or(0);
        if *broken || near_a_kill {
            // It was charged once or not at all.
            let bound = told.max(server::ESTIMATE * 12 / 10);
            assert!((0..=bound).contains(&spent), "{how} {call}: {spent} of {told}");
        } else {
            // A stream whose client left before the first chunk has delivered its head: the estimate is due.
            let due = match told {
                -1 if *how == "stream" || *how == "break" => vec![server::ESTIMATE, 0],
                -1 => vec![0],
                told => vec![told],
            };
            assert!(due.contains(&spent), "{how} {call}: {spent} was charged, {told} metered");
            exact += 1;
            *by_kind.entry(*how).or_default() += 1;
        }
    }
    eprintln!("seed {SEED}: {exact} of {} calls were charged exactly; {by_kind:?}", ended.len());
    assert!(by_kind.len() == 6, "{by_kind:?}");
}
