use billing_core::{Language, Notification, Notifier as _, NotifyError};
use billing_email::{EmailNotifier, EmailTransport, SmtpSecurity, SmtpSettings};

use crate::{
    mail_server::{MailServer, PASSWORD, USER, notifier},
    reading::{paid, read},
};

const RECIPIENT: &str = "olena.koval@reader.example";

fn letter() -> Notification {
    paid(RECIPIENT, Language::Uk)
}

async fn fault(notifier: &EmailNotifier) -> NotifyError {
    notifier.notify(&letter()).await.unwrap_err()
}

/// An error with its causes, which name neither the reader nor the password.
fn told(error: &NotifyError) -> String {
    let mut told = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        told = format!("{told}: {error}");
        cause = error.source();
    }
    told = format!("{told} {error:?}");
    for secret in ["olena", "koval", "reader.example", "Олена", PASSWORD, USER] {
        assert!(!told.to_lowercase().contains(&secret.to_lowercase()), "{secret} in {told}");
    }
    told
}

#[tokio::test]
async fn a_refused_recipient_or_letter_is_given_up() {
    let mut server = MailServer::with_tls();
    let notifier = server.notifier(SmtpSecurity::Tls);
    for (misbehaviour, code) in [("refuse_recipient", "550 5.1.1"), ("refuse_content", "554 5.6.0")] {
        server.misbehave(misbehaviour);
        let error = fault(&notifier).await;
        assert!(matches!(error, NotifyError::Refused(_)), "{misbehaviour}: {error:?}");
        assert!(told(&error).contains(code), "{}", told(&error));
    }
    server.misbehave("");
    notifier.notify(&letter()).await.unwrap();
    assert_eq!(server.taken().to, RECIPIENT);
}

#[tokio::test]
async fn what_is_about_us_or_the_server_is_tried_again() {
    let mut server = MailServer::with_starttls();
    for (misbehaviour, code) in [
        ("greet_421", "421 4.3.2"),
        ("greet_554", "554 5.3.2"),
        ("refuse_login", "535 5.7.8"),
        ("defer_login", "454 4.7.0"),
        ("refuse_sender", "550 5.7.1"),
        ("defer_recipient", "450 4.2.1"),
        ("deny_relay", "554 5.7.1"),
        ("demand_login", "530 5.7.0"),
        ("defer_content", "451 4.3.0"),
    ] {
        server.misbehave(misbehaviour);
        let error = fault(&server.notifier(SmtpSecurity::StartTls)).await;
        assert!(error.is_retryable(), "{misbehaviour}: {error:?}");
        assert!(told(&error).contains(code), "{misbehaviour}: {}", told(&error));
    }
    server.misbehave("");
    server.notifier(SmtpSecurity::StartTls).notify(&letter()).await.unwrap();
}

#[tokio::test]
async fn a_server_that_dies_in_the_middle_of_a_letter_gets_it_again_by_its_name() {
    let names = async |misbehaviour: &str| {
        let mut server = MailServer::in_the_open();
        let notifier = server.notifier(SmtpSecurity::None);
        server.misbehave(misbehaviour);
        let error = fault(&notifier).await;
        assert!(error.is_retryable(), "{misbehaviour}: {error:?}");
        told(&error);
        let mut next = MailServer::in_the_open();
        next.notifier(SmtpSecurity::None).notify(&letter()).await.unwrap();
        let again = read(&next.taken().bytes).id;
        if misbehaviour == "die_after_data" {
            // The first server had it, and nobody could know.
            assert_eq!(read(&server.taken().bytes).id, again);
        }
        again
    };
    assert_eq!(names("die_in_data").await, names("die_after_data").await);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_tried_again() {
    let server = MailServer::in_the_open();
    let notifier = server.notifier(SmtpSecurity::None);
    drop(server);
    let error = fault(&notifier).await;
    assert!(error.is_retryable(), "{error:?}");
    told(&error);
    let nowhere = SmtpSettings::new("mail.invalid");
    let error = fault(&self::notifier(EmailTransport::Smtp(nowhere))).await;
    assert!(error.is_retryable(), "{error:?}");
    told(&error);
}

#[tokio::test]
async fn a_wrong_password_is_our_own_fault() {
    let server = MailServer::with_tls();
    let settings = server.settings(SmtpSecurity::Tls).with_credentials(USER, "wrong");
    let error = fault(&notifier(EmailTransport::Smtp(settings))).await;
    assert!(error.is_retryable(), "{error:?}");
    assert!(told(&error).contains("535"), "{}", told(&error));
}

#[tokio::test]
async fn no_mail_goes_to_what_is_no_address() {
    let mut server = MailServer::in_the_open();
    let notifier = server.notifier(SmtpSecurity::None);
    for recipient in [
        "",
        "olena",
        "olena@reader.example\r\nRCPT TO:<b@c>",
        "olena koval@reader.example",
        "олена@reader.example",
    ] {
        let error = notifier.notify(&paid(recipient, Language::Uk)).await.unwrap_err();
        assert!(matches!(error, NotifyError::Refused(_)), "{recipient}: {error:?}");
        told(&error);
    }
    assert!(server.has_no_more());
}
