//! Programs that are tested as processes of their own, the databases that several of them share, and waiting for what
//! they do.
use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

/// No wait is longer: what is not there then will not come.
pub const CEILING: Duration = Duration::from_mins(1);

/// A program that serves, in a process of its own. It is killed when this is dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
    url: String,
    banner: String,
}

impl Process {
    /// Starts it, and waits until it prints `listening on` and where.
    ///
    /// # Errors
    /// What it has printed instead.
    pub fn start(mut command: Command) -> Result<Self, String> {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (lines, printed) = mpsc::channel();
        // It goes on reading to the end: a full pipe would stop the program.
        thread::spawn(move || output.lines().map_while(Result::ok).for_each(|line| drop(lines.send(line))));

        let mut process = Self { child, url: String::new(), banner: String::new() };
        let started = Instant::now();
        while let Ok(line) = printed.recv_timeout(CEILING.saturating_sub(started.elapsed())) {
            if let Some(url) = line.strip_prefix("listening on ") {
                url.clone_into(&mut process.url);
                return Ok(process);
            }
            process.banner += &(line + "\n");
        }
        Err(format!("the program does not listen:\n{}", process.banner))
    }

    /// Where it is: `http://127.0.0.1:…`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its address and port.
    pub fn addr(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// What it has printed before it listened.
    pub fn banner(&self) -> &str {
        &self.banner
    }

    /// Crashes it: SIGKILL.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends it a signal: `TERM`, `HUP`.
    pub fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &pid]).status().unwrap().success());
    }

    /// Asks it to stop: SIGTERM. How it has; `None` when it does not.
    pub fn stop(mut self) -> Option<ExitStatus> {
        self.signal("TERM");
        let started = Instant::now();
        while started.elapsed() < CEILING {
            if let Some(status) = self.child.try_wait().unwrap() {
                return Some(status);
            }
            thread::sleep(Duration::from_millis(10));
        }
        None
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The URL of an empty schema on the PostgreSQL that the tests were given in `TEST_DATABASE_URL`.
pub async fn postgres_url() -> String {
    let url = std::env::var("TEST_DATABASE_URL").expect("TEST_DATABASE_URL: run through scripts/postgres.sh");
    schema_on(&url).await
}

/// The URL of an empty schema on the PostgreSQL at `url`.
pub async fn schema_on(url: &str) -> String {
    let schema = format!("test_{}", uuid::Uuid::now_v7().simple());
    let mut connection = PgConnection::connect(url).await.unwrap();
    connection.execute(AssertSqlSafe(format!("CREATE SCHEMA {schema}"))).await.unwrap();
    format!("{url}?options[search_path]={schema}")
}

/// Waits until `condition` says something.
pub async fn eventually<T>(what: &str, mut condition: impl AsyncFnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(value) = condition().await {
            return value;
        }
        assert!(started.elapsed() < CEILING, "{what} did not happen within {CEILING:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
