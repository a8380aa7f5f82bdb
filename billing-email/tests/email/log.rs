use std::{
    io::Write,
    sync::{Arc, Mutex},
};

use billing_core::{Language, Notifier as _};
use billing_email::EmailTransport;
use tracing_subscriber::fmt::MakeWriter;

use crate::{mail_server::notifier, reading::paid};

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Kept {
    type Writer = Self;
    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn the_log_shows_kind_language_and_subject_and_nobody() {
    let kept = Kept::default();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_max_level(tracing::Level::TRACE)
        .with_writer(kept.clone());
    let logging = tracing::subscriber::set_default(subscriber.finish());
    let notifier = notifier(EmailTransport::Log);
    notifier.notify(&paid("olena@example.com", Language::En)).await.unwrap();
    drop(logging);
    let log = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("letter payment_succeeded in en: $12.40 added to your balance"), "{log}");
    assert!(!log.contains("olena") && !log.contains("Olena"), "{log}");
}
