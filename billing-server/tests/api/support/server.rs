use std::{
    fs::{self, File},
    process::{Command, ExitStatus},
    sync::Arc,
};

use billing_testkit::processes::Process;
use tempfile::TempDir;

use super::{Api, eventually, token};

/// A server in a process of its own, killed when it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    process: Process,
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
        command.stderr(log);
        let process =
            Process::start(command).unwrap_or_else(|printed| panic!("{printed}{}", read_log(folder)));
        let (url, banner) = (process.url().to_owned(), process.banner().to_owned());
        Self { process, url, banner, folder: Arc::clone(folder) }
    }

    pub(crate) async fn wait_until_ready(&self) {
        let anybody = Api::new(&self.url, None);
        eventually("readiness", async || (anybody.get("/readyz").await.status == 200).then_some(())).await;
    }

    /// Everything that it, and those before it in the same folder, have logged.
    pub(crate) fn log(&self) -> String {
        read_log(&self.folder)
    }

    /// What it has logged as an error.
    pub(crate) fn errors(&self) -> String {
        let log = self.log();
        log.lines().filter(|line| line.contains("ERROR")).collect::<Vec<_>>().join("\n")
    }

    /// Its address and port.
    pub(crate) fn addr(&self) -> &str {
        self.process.addr()
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
    pub(crate) fn kill(self) {
        self.process.kill();
    }

    /// Tells it to read its prices again: SIGHUP.
    pub(crate) fn hang_up(&self) {
        self.process.signal("HUP");
    }

    /// Asks it to stop: SIGTERM; waits until it has.
    pub(crate) fn stop(self) -> ExitStatus {
        let Self { process, folder, .. } = self;
        process.stop().unwrap_or_else(|| panic!("the server does not stop:\n{}", read_log(&folder)))
    }
}

fn read_log(folder: &TempDir) -> String {
    fs::read_to_string(folder.path().join("server.log")).unwrap()
}
