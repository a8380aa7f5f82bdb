use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
};

use serde_json::Value;

use super::Letter;

/// A mail server from outside the project, in a process of its own: `billing-email/tests/smtp/server.py`.
#[derive(Debug)]
pub(crate) struct MailServer {
    child: Child,
    told: Receiver<Value>,
    /// Taken and not heard of yet.
    letters: Vec<Letter>,
    pub(crate) port: u16,
}

impl MailServer {
    /// Listens on a port, 0 for a free one; it refuses whatever is for `refused`.
    pub(crate) fn start(port: u16, refused: &str) -> Self {
        let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../billing-email/tests/smtp"));
        let set = std::env::var_os("SMTP_TEST_PYTHON").map(PathBuf::from);
        let python = set.unwrap_or_else(|| folder.join(".venv/bin/python"));
        assert!(python.exists(), "the mail server of the tests is not installed: run `make smtp-server`");
        let mut command = Command::new(python);
        command.arg(folder.join("server.py")).args(["--security", "none", "--refuse", refused]);
        command.args(["--port", &port.to_string()]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (tell, told) = channel::<Value>();
        // It ends with the process.
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let _ = tell.send(serde_json::from_str(&line).unwrap());
            }
        });
        let port = told.recv().unwrap()["port"].as_u64().unwrap();
        Self { child, told, letters: Vec::new(), port: u16::try_from(port).unwrap() }
    }

    /// Misbehaves so from now on; with an empty name it behaves again.
    pub(crate) fn misbehave(&mut self, fault: &str) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{fault}").unwrap();
        loop {
            let told = self.told.recv().unwrap();
            self.letters.extend(told.get("mail").map(letter));
            if told.get("fault").is_some() {
                return;
            }
        }
    }

    /// Letters that it has taken since it was last asked, and how many connections were opened.
    pub(crate) fn heard(&mut self) -> (Vec<Letter>, usize) {
        let told: Vec<_> = self.told.try_iter().collect();
        self.letters.extend(told.iter().filter_map(|told| told.get("mail")).map(letter));
        let connections = told.iter().filter(|told| told.get("connections").is_some()).count();
        (std::mem::take(&mut self.letters), connections)
    }

    /// Whether it has died of a fault.
    pub(crate) fn has_died(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }
}

fn letter(mail: &Value) -> Letter {
    let data = mail["data"].as_str().unwrap().as_bytes();
    Letter::parse(&mail_parser::decoders::base64::base64_decode(data).unwrap())
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
