use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use billing_testkit::processes::schema_on;

/// A PostgreSQL server of one test's own, that can be crashed; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Postgres {
    child: Child,
    environment: Vec<(String, String)>,
}

impl Postgres {
    pub(crate) fn start() -> Self {
        // It lives as long as its standard input is open.
        let told = "env | grep ^TEST_; echo ready; cat > /dev/null";
        let mut child = Self::script(&["run", "sh", "-c", told])
            .env_remove("TEST_DATABASE_URL")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let environment = lines
            .take_while(|line| line != "ready")
            .filter_map(|line| line.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned())))
            .collect();
        Self { child, environment }
    }

    /// The URL of an empty schema on it.
    pub(crate) async fn url(&self) -> String {
        let (_, url) = self.environment.iter().find(|(name, _)| name == "TEST_DATABASE_URL").unwrap();
        schema_on(url).await
    }

    /// Crashes it: SIGKILL, to it and all its sessions.
    pub(crate) fn kill(&self) {
        self.run("kill");
    }

    /// Starts it again, on the same port.
    pub(crate) fn restart(&self) {
        self.run("restart");
    }

    fn run(&self, command: &str) {
        let environment = self.environment.iter().map(|(name, value)| (name, value));
        assert!(Self::script(&[command]).envs(environment).status().unwrap().success(), "{command}");
    }

    fn script(arguments: &[&str]) -> Command {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let mut command = Command::new(root.join("scripts/postgres.sh"));
        command.args(arguments);
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
