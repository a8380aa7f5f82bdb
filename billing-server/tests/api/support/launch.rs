use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::Arc,
};

use tempfile::TempDir;

use super::Server;

/// What tokens are signed with.
pub(crate) const JWT_SECRET: &str = "a secret that only these tests know";

/// How a server is started. Starting it again, in the same folder, is a restart.
#[derive(Clone, Debug)]
pub(crate) struct Launch {
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
    bind: String,
    folder: Arc<TempDir>,
}

impl Launch {
    /// The sandbox: SQLite, simulated providers, paid tools.
    pub(crate) fn sandbox() -> Self {
        Self::new("sandbox").with_arguments([
            "--dir",
            ".sandbox",
            "--stripe-bind",
            "127.0.0.1:0",
            "--fondy-bind",
            "127.0.0.1:0",
            "--no-demo-history",
        ])
    }

    /// The sandbox as people start it: its demo users have used it for three months.
    pub(crate) fn lived_in_sandbox() -> Self {
        Self::sandbox().with_history()
    }

    /// With the history of its demo users.
    pub(crate) fn with_history(mut self) -> Self {
        self.arguments.retain(|argument| argument != "--no-demo-history");
        self
    }

    /// The server itself: SQLite, nothing else.
    pub(crate) fn serve() -> Self {
        Self::new("serve")
    }

    fn new(command: &str) -> Self {
        Self {
            arguments: vec![command.to_owned()],
            environment: Vec::new(),
            bind: "127.0.0.1:0".to_owned(),
            folder: Arc::new(TempDir::new().unwrap()),
        }
        .with_env("JWT_SECRET", JWT_SECRET)
    }

    pub(crate) fn with_arguments<'a>(mut self, arguments: impl IntoIterator<Item = &'a str>) -> Self {
        self.arguments.extend(arguments.into_iter().map(str::to_owned));
        self
    }

    /// With a variable; a later value replaces an earlier one.
    pub(crate) fn with_env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.environment.push((name.to_owned(), value.into()));
        self
    }

    /// On this address, such as that of an earlier start.
    pub(crate) fn with_bind(mut self, addr: impl Into<String>) -> Self {
        self.bind = addr.into();
        self
    }

    /// The folder that the server runs in.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A file in it, with this content.
    pub(crate) fn with_file(self, name: &str, content: &str) -> Self {
        std::fs::write(self.folder().join(name), content).unwrap();
        self
    }

    /// Where the sandbox keeps its database, as `DATA_DIR` for commands beside it.
    pub(crate) fn sandbox_folder(&self) -> PathBuf {
        self.folder().join(".sandbox")
    }

    /// Starts it and waits until it is ready.
    pub(crate) async fn start(&self) -> Server {
        let server = self.start_unready();
        server.wait_until_ready().await;
        server
    }

    /// Starts it and waits until it listens: its database may be away.
    pub(crate) fn start_unready(&self) -> Server {
        let mut command = self.command(self.arguments.iter().map(String::as_str));
        command.env("BIND_ADDR", &self.bind);
        Server::spawn(command, &self.folder)
    }

    /// Runs a command beside it, to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments.iter().copied()).stdin(Stdio::null()).output().unwrap()
    }

    /// What a command beside it prints; it must succeed.
    #[track_caller]
    pub(crate) fn printed(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Why a command beside it fails; it must fail as commands do, with the status 1.
    #[track_caller]
    pub(crate) fn refused(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {output:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    /// Begins a command beside it, and goes on.
    pub(crate) fn begin(&self, arguments: &[&str]) -> Child {
        let mut command = self.command(arguments.iter().copied());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// Nothing of this process's environment gets through.
    fn command<'a>(&self, arguments: impl Iterator<Item = &'a str>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_billing-server"));
        command.args(arguments).current_dir(self.folder()).env_clear();
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }
}
