use std::{
    fs::{self, File},
    io::{BufRead as _, BufReader},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, mpsc},
    thread,
    time::Instant,
};

use tempfile::TempDir;

use super::{Api, CEILING, eventually, token};

/// A server in a process of its own, killed when it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    /// Where it is: `http://127.0.0.1:…`.
    pub(crate) url: String,
    /// What it has printed before it listened.
    pub(crate) banner: String,
    folder: Arc<TempDir>,
}

impl Server {
    /// Starts it and waits until it tells where it listens. Its logs go to `server.log` in the folder.
    pub(super) fn spawn(mut command: Command, folder: &Arc<TempDir>) -> Self {
        let log = File::options().create(true).append(true).open(folder.path().join("server.log")).unwrap();
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
        let mut child = command.spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (lines, printed) = mpsc::channel();
        // It goes on reading to the end: a full pipe would stop the server.
        thread::spawn(move || output.lines().map_while(Result::ok).for_each(|line| drop(lines.send(line))));

        let mut server =
            Self { child, url: String::new(), banner: String::new(), folder: Arc::clone(folder) };
        let started = Instant::now();
        while server.url.is_empty() {
            let left = CEILING.saturating_sub(started.elapsed());
            let Ok(line) = printed.recv_timeout(left) else {
                panic!("the server does not listen:\n{}{}", server.banner, server.log());
            };
            match line.strip_prefix("listening on ") {
                Some(url) => url.clone_into(&mut server.url),
                None => server.banner += &(line + "\n"),
            }
        }
        server
    }

    pub(crate) async fn wait_until_ready(&self) {
        let anybody = Api::new(&self.url, None);
        eventually("readiness", async || (anybody.get("/readyz").await.status == 200).then_some(())).await;
    }

    /// Everything that it, and those before it in the same folder, have logged.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("server.log")).unwrap()
    }

    /// What it has logged as an error.
    pub(crate) fn errors(&self) -> String {
        let log = self.log();
        log.lines().filter(|line| line.contains("ERROR")).collect::<Vec<_>>().join("\n")
    }

    /// Its address and port.
    pub(crate) fn addr(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// Calls as this user.
    pub(crate) fn api_as(&self, user: &str) -> Api {
        Api::new(&self.url, Some(token(user)))
    }

    /// Calls without a token.
    pub(crate) fn anybody(&self) -> Api {
        Api::new(&self.url, None)
    }

    /// What the sandbox has written for shells, by name.
    pub(crate) fn exported(&self, name: &str) -> String {
        let file = fs::read_to_string(self.folder.path().join(".sandbox/env")).unwrap();
        let prefix = format!("export {name}='");
        let line = file.lines().find_map(|line| line.strip_prefix(&prefix)).unwrap();
        line.trim_end_matches('\'').to_owned()
    }

    /// The simulated Stripe of a sandbox.
    pub(crate) fn stripe(&self) -> Api {
        Api::new(&self.exported("STRIPE_URL"), None)
    }

    /// Crashes it: SIGKILL.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Tells it to read its prices again: SIGHUP.
    pub(crate) fn hang_up(&self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-HUP", &pid]).status().unwrap().success());
    }

    /// Asks it to stop: SIGTERM; waits until it has.
    pub(crate) fn stop(mut self) -> ExitStatus {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(started.elapsed() < CEILING, "the server does not stop:\n{}", self.log());
            thread::sleep(std::time::Duration::from_millis(10));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
