//! The example clients, against a sandbox: each charges for the calls of a backend of its own.
use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

use crate::support::{Launch, Server, token};

const NODE: &str = "install Node.js 18.15 or newer, with npm (Debian: nodejs npm)";
const PYTHON: &str = "install Python 3.9 or newer (Debian: python3)";

/// A sandbox where `anna` has money, and what a client has to know of it.
struct Sandbox {
    server: Server,
    key: String,
}

impl Sandbox {
    async fn start() -> Self {
        let launch = Launch::sandbox();
        let server = launch.start().await;
        server.api_as("anna").create_payment("20").await.pay(&server.stripe()).await;
        let folder = launch.sandbox_folder().display().to_string();
        let printed = launch.with_env("DATA_DIR", folder).printed(&[
            "admin",
            "keys",
            "create",
            "--name",
            "tools",
            "--scope",
            "preflight",
            "--actor",
            "tests",
        ]);
        let key =
            printed.split_whitespace().find(|word| word.starts_with("bk_")).expect("the key is printed");
        Self { server, key: key.to_owned() }
    }

    /// Runs a client's tests; they must pass.
    fn try_out(&self, client: &str, program: &str, arguments: &[&str], install: &str) {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(example(client))
            .env("BILLING_URL", &self.server.url)
            .env("BILLING_KEY", &self.key)
            .env("BILLING_ACCOUNT", "anna")
            .env("BILLING_TOKEN", token("anna"))
            .env("PYTHONDONTWRITEBYTECODE", "1");
        let output = run(command, install);
        let told = [output.stdout, output.stderr].concat();
        assert!(output.status.success(), "{}\n{}", String::from_utf8_lossy(&told), self.server.errors());
    }
}

fn example(client: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("examples").join(client)
}

/// Runs a program to its end; where there is none, says what to install.
fn run(mut command: Command, install: &str) -> Output {
    command.output().unwrap_or_else(|error| panic!("{install}: {command:?}: {error}"))
}

/// Demands a version, as a program of the language itself can tell.
fn demand(program: &str, arguments: &[&str], install: &str) {
    let mut command = Command::new(program);
    command.args(arguments);
    let output = run(command, install);
    assert!(output.status.success(), "{install}: {output:?}");
}

#[tokio::test]
async fn the_typescript_client_charges_for_calls() {
    let is_new_enough = "const [major, minor] = process.versions.node.split('.').map(Number);
        process.exit(major > 18 || (major === 18 && minor >= 15) ? 0 : 1)";
    demand("node", &["-e", is_new_enough], NODE);
    let folder = "preflight-typescript";
    assert!(example(folder).join("node_modules").is_dir(), "run: make test-clients");
    let sandbox = Sandbox::start().await;
    sandbox.try_out(folder, "npm", &["run", "build"], NODE);
    sandbox.try_out(folder, "node", &["--test", "dist/test/e2e.test.js"], NODE);
}

#[tokio::test]
async fn the_python_client_charges_for_calls() {
    demand("python3", &["-c", "import sys; sys.exit(sys.version_info < (3, 9))"], PYTHON);
    let sandbox = Sandbox::start().await;
    sandbox.try_out("preflight-python", "python3", &["-m", "unittest", "test_e2e"], PYTHON);
}
