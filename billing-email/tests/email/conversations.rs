use billing_core::{Language, Notifier as _};
use billing_email::{EmailTransport, SmtpSecurity, samples};

use crate::{
    mail_server::{MailServer, notifier},
    reading::{links, paid, read, shown},
};

#[tokio::test]
async fn a_letter_arrives_over_each_kind_of_connection() {
    for (mut server, security) in [
        (MailServer::with_tls(), SmtpSecurity::Tls),
        (MailServer::with_starttls(), SmtpSecurity::StartTls),
        (MailServer::in_the_open(), SmtpSecurity::None),
    ] {
        let is_safe = security != SmtpSecurity::None;
        let notifier = server.notifier(security);
        for language in Language::ALL {
            let notification = paid("olena@example.com", language);
            notifier.notify(&notification).await.unwrap();
            let taken = server.taken();
            assert_eq!((taken.is_encrypted, taken.is_logged_in), (is_safe, is_safe), "{security:?}");
            assert_eq!(taken.to, "olena@example.com");
            let (letter, expected) = (read(&taken.bytes), notifier.letter(&notification).unwrap());
            assert_eq!(letter.subject, expected.subject());
            assert_eq!(letter.text.trim_end(), expected.text().trim_end());
            assert_eq!(letter.html.trim_end(), expected.html().trim_end());
        }
    }
}

#[tokio::test]
async fn every_letter_is_read_as_it_was_written() {
    let mut server = MailServer::in_the_open();
    let notifier = server.notifier(SmtpSecurity::None);
    for language in Language::ALL {
        for (name, notification) in samples(language) {
            notifier.notify(&notification).await.unwrap();
            let (letter, expected) = (read(&server.taken().bytes), notifier.letter(&notification).unwrap());
            assert_eq!(letter.subject, expected.subject(), "{name}");
            assert_eq!(letter.text.trim_end(), expected.text().trim_end(), "{name}");
            assert_eq!(shown(&letter.html), shown(expected.html()), "{name}");
            assert_eq!(links(&letter.html), links(expected.html()), "{name}");
        }
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_connection_is_kept_for_the_next_letter_unless_the_server_has_left() {
    let mut server = MailServer::with_tls();
    let notifier = server.notifier(SmtpSecurity::Tls);
    for _ in 0..3 {
        notifier.notify(&paid("olena@example.com", Language::Uk)).await.unwrap();
        server.taken();
    }
    assert_eq!(server.connections(), 1);
    server.misbehave("close_idle");
    server.misbehave("");
    notifier.notify(&paid("olena@example.com", Language::Uk)).await.unwrap();
    server.taken();
    assert_eq!(server.connections(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn letters_at_once_share_so_many_connections() {
    let mut server = MailServer::in_the_open();
    let settings = server.settings(SmtpSecurity::None).with_connections(2);
    let notifier = std::sync::Arc::new(notifier(EmailTransport::Smtp(settings)));
    let sending: Vec<_> = (0..20)
        .map(|number| {
            let notifier = std::sync::Arc::clone(&notifier);
            let notification = paid(&format!("reader{number}@example.com"), Language::En);
            tokio::spawn(async move { notifier.notify(&notification).await })
        })
        .collect();
    for sent in sending {
        sent.await.unwrap().unwrap();
        server.taken();
    }
    assert!(server.has_no_more());
    assert!(server.connections() <= 2, "{}", server.connections());
}

#[tokio::test]
async fn an_address_beyond_ascii_needs_a_server_that_knows_them() {
    let mut server = MailServer::start("none", &["--smtputf8"]);
    let notifier = server.notifier(SmtpSecurity::None);
    notifier.notify(&paid("олена@example.com", Language::Uk)).await.unwrap();
    assert_eq!(server.taken().to, "олена@example.com");
    // A domain has a name in ASCII as well.
    let mut server = MailServer::in_the_open();
    let notifier = server.notifier(SmtpSecurity::None);
    notifier.notify(&paid("olena@приклад.укр", Language::Uk)).await.unwrap();
    assert_eq!(server.taken().to, "olena@xn--80aikifvh.xn--j1amh");
}
