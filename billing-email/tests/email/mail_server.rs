//! A mail server in a process of its own: `tests/smtp/server.py`.
use std::{
    env,
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

use billing_email::{EmailNotifier, EmailTransport, SmtpSecurity, SmtpSettings};
use mail_parser::decoders::base64::base64_decode;

use crate::certificates::Authority;

pub(crate) const USER: &str = "billing-user";
pub(crate) const PASSWORD: &str = "p4ssword-k3Ff0mVq";
/// How long a test waits for what has to come.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct MailServer {
    child: Child,
    told: Receiver<serde_json::Value>,
    connections: u64,
    pub(crate) port: u16,
    pub(crate) authority: Authority,
}

/// A letter as the server has taken it.
pub(crate) struct Taken {
    pub(crate) to: String,
    pub(crate) is_encrypted: bool,
    pub(crate) is_logged_in: bool,
    pub(crate) bytes: Vec<u8>,
}

impl MailServer {
    /// One that encrypts from the first byte and wants a login.
    pub(crate) fn with_tls() -> Self {
        Self::start("tls", &["--user", USER, "--password", PASSWORD])
    }

    /// One that encrypts when asked to, and wants a login then.
    pub(crate) fn with_starttls() -> Self {
        Self::start("starttls", &["--user", USER, "--password", PASSWORD])
    }

    /// One that encrypts nothing and wants no login.
    pub(crate) fn in_the_open() -> Self {
        Self::start("none", &[])
    }

    pub(crate) fn start(security: &str, options: &[&str]) -> Self {
        let authority = Authority::new();
        let mut command = Command::new(python());
        command.arg(folder().join("server.py")).args(["--security", security]).args(options);
        command.arg("--certificate").arg(authority.certificate()).arg("--key").arg(authority.key());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (tell, told) = channel();
        // It ends with the process.
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let _ = tell.send(serde_json::from_str(&line).unwrap());
            }
        });
        let mut server = Self { child, told, connections: 0, port: 0, authority };
        server.port = u16::try_from(server.told("port").as_u64().unwrap()).unwrap();
        server
    }

    /// Misbehaves so from now on; with an empty name it behaves again.
    pub(crate) fn misbehave(&mut self, fault: &str) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{fault}").unwrap();
        assert_eq!(self.told("fault"), fault);
    }

    /// The next letter that it has taken.
    pub(crate) fn taken(&mut self) -> Taken {
        let mail = self.told("mail");
        assert_eq!(mail["from"], "billing@example.com");
        Taken {
            to: mail["to"].as_array().unwrap().iter().map(|to| to.as_str().unwrap()).collect(),
            is_encrypted: mail["tls"].as_bool().unwrap(),
            is_logged_in: mail["login"].as_bool().unwrap(),
            bytes: base64_decode(mail["data"].as_str().unwrap().as_bytes()).unwrap(),
        }
    }

    /// Whether it has taken no letter that nobody has asked for.
    pub(crate) fn has_no_more(&mut self) -> bool {
        // It tells one thing after the other: once this is told, so is whatever was before.
        writeln!(self.child.stdin.as_mut().unwrap()).unwrap();
        loop {
            let told = self.hear("fault");
            if told.get("mail").is_some() {
                return false;
            }
            if told.get("fault").is_some() {
                return true;
            }
        }
    }

    /// How many connections were made to it, as of what it was last asked.
    pub(crate) fn connections(&self) -> u64 {
        self.connections
    }

    fn hear(&mut self, awaited: &str) -> serde_json::Value {
        let told = self.told.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("no {awaited} was told"));
        if let Some(connections) = told.get("connections") {
            self.connections = connections.as_u64().unwrap();
        }
        told
    }

    /// Waits for what it tells by this name. What is told before is passed over, but never a letter.
    fn told(&mut self, name: &str) -> serde_json::Value {
        loop {
            let told = self.hear(name);
            if let Some(told) = told.get(name) {
                return told.clone();
            }
            assert!(told.get("mail").is_none(), "a letter came in while {name} was awaited");
        }
    }

    /// How it is reached, with the security that it has.
    pub(crate) fn settings(&self, security: SmtpSecurity) -> SmtpSettings {
        let settings = SmtpSettings::new("127.0.0.1").with_port(self.port).with_security(security);
        if security == SmtpSecurity::None {
            return settings;
        }
        settings.with_credentials(USER, PASSWORD).with_root_certificates(self.authority.root())
    }

    /// Whoever writes through it.
    pub(crate) fn notifier(&self, security: SmtpSecurity) -> EmailNotifier {
        notifier(EmailTransport::Smtp(self.settings(security)))
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A notifier as the tests have it.
pub(crate) fn notifier(transport: EmailTransport) -> EmailNotifier {
    EmailNotifier::builder("billing@example.com", transport)
        .with_sender_name("Білінг")
        .with_reply_to("support@example.com")
        .with_product("Приклад & Co")
        .with_frontend_url("https://app.example.com/billing")
        .build()
        .unwrap()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/smtp")
}

/// The interpreter that has aiosmtpd.
fn python() -> PathBuf {
    let set = env::var_os("SMTP_TEST_PYTHON").map(PathBuf::from);
    let python = set.unwrap_or_else(|| folder().join(".venv/bin/python"));
    assert!(
        python.exists(),
        "these tests talk to a mail server in Python, which is not installed: run `make smtp-server`, or let \
         SMTP_TEST_PYTHON name an interpreter that has what {} lists",
        folder().join("requirements.txt").display()
    );
    python
}
