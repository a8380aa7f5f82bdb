use std::time::{Duration, Instant};

use billing_core::{Language, Notifier as _};
use billing_email::{EmailNotifier, EmailTransport, SmtpSecurity, SmtpSettings};

use crate::{mail_server::MailServer, reading::paid};

/// What a test may take: far more than any limit that is set here, and less than the limits that are not.
const FAR_MORE: Duration = Duration::from_secs(30);
const SHORT: Duration = Duration::from_millis(300);
/// Enough for the steps before, on a machine that is busy with other tests.
const LONGER: Duration = Duration::from_secs(3);

fn patient(settings: SmtpSettings) -> SmtpSettings {
    let longest = Duration::from_mins(5);
    settings.with_connect_timeout(longest).with_command_timeout(longest)
}

async fn gives_up_in_time(settings: SmtpSettings, whole: Duration) -> String {
    let notifier = EmailNotifier::builder("billing@example.com", EmailTransport::Smtp(settings))
        .with_timeout(whole)
        .build()
        .unwrap();
    let begun = Instant::now();
    let error = notifier.notify(&paid("olena@example.com", Language::Uk)).await.unwrap_err();
    assert!(begun.elapsed() < FAR_MORE, "{:?}", begun.elapsed());
    assert!(error.is_retryable(), "{error:?}");
    std::error::Error::source(&error).unwrap().to_string()
}

#[tokio::test]
async fn an_attempt_ends_by_itself_however_the_server_hangs() {
    for misbehaviour in ["hang_on_connect", "drip", "hang_in_data"] {
        let mut server = MailServer::in_the_open();
        server.misbehave(misbehaviour);
        let fault = gives_up_in_time(patient(server.settings(SmtpSecurity::None)), SHORT).await;
        assert_eq!(fault, "the letter was not taken within 300ms", "{misbehaviour}");
    }
}

#[tokio::test]
async fn each_step_has_a_limit_of_its_own() {
    let minute = Duration::from_mins(1);
    for (misbehaviour, step) in
        [("hang_on_connect", "connection"), ("drip", "connection"), ("hang_in_data", "letter")]
    {
        let mut server = MailServer::in_the_open();
        server.misbehave(misbehaviour);
        let settings = server.settings(SmtpSecurity::None);
        let settings = if step == "connection" {
            patient(settings).with_connect_timeout(SHORT)
        } else {
            patient(settings).with_command_timeout(LONGER)
        };
        let fault = gives_up_in_time(settings, minute).await;
        let limit = if step == "connection" { SHORT } else { LONGER };
        assert_eq!(fault, format!("the mail server did not answer to the {step} within {limit:?}"));
    }
}

#[tokio::test]
async fn half_a_conversation_is_never_gone_on_with() {
    let mut server = MailServer::in_the_open();
    let settings = patient(server.settings(SmtpSecurity::None));
    let notifier = EmailNotifier::builder("billing@example.com", EmailTransport::Smtp(settings))
        .with_timeout(Duration::from_secs(5))
        .build()
        .unwrap();
    let letter = paid("olena@example.com", Language::Uk);
    notifier.notify(&letter).await.unwrap();
    server.taken();
    server.misbehave("hang_in_data");
    // The caller has lost patience, in the middle of a conversation on the connection that was kept.
    assert!(tokio::time::timeout(SHORT, notifier.notify(&letter)).await.is_err());
    server.misbehave("");
    notifier.notify(&letter).await.unwrap();
    server.taken();
}
