use billing_core::{Language, Notifier as _};
use billing_email::{EmailTransport, SmtpSecurity, SmtpSettings};

use crate::{
    certificates::Authority,
    mail_server::{MailServer, PASSWORD, USER, notifier},
    reading::paid,
};

/// Tells why a letter was not handed over, which is to be tried again.
async fn fault(settings: SmtpSettings) -> String {
    let notifier = notifier(EmailTransport::Smtp(settings));
    let error = notifier.notify(&paid("olena@example.com", Language::Uk)).await.unwrap_err();
    assert!(error.is_retryable(), "{error:?}");
    std::error::Error::source(&error).unwrap().to_string()
}

#[tokio::test]
async fn a_server_of_an_unknown_authority_gets_nothing() {
    for (mut server, security) in
        [(MailServer::with_tls(), SmtpSecurity::Tls), (MailServer::with_starttls(), SmtpSecurity::StartTls)]
    {
        let unknown = SmtpSettings::new("127.0.0.1")
            .with_port(server.port)
            .with_security(security)
            .with_credentials(USER, PASSWORD);
        let stranger = Authority::new();
        let strange = unknown.clone().with_root_certificates(stranger.root());
        for settings in [unknown, strange] {
            let fault = fault(settings).await;
            assert!(fault.contains("certificate"), "{fault}");
        }
        assert!(server.has_no_more());
    }
}

#[tokio::test]
async fn a_certificate_holds_for_its_names_alone() {
    let server = MailServer::with_tls();
    // The same server, by a name that is not in its certificate.
    let settings = SmtpSettings::new("localhost")
        .with_port(server.port)
        .with_credentials(USER, PASSWORD)
        .with_root_certificates(server.authority.root());
    let fault = fault(settings).await;
    assert!(fault.contains("certificate"), "{fault}");
    let settings = server.settings(SmtpSecurity::Tls);
    notifier(EmailTransport::Smtp(settings)).notify(&paid("olena@example.com", Language::Uk)).await.unwrap();
}

#[tokio::test]
async fn a_server_without_starttls_gets_neither_login_nor_letter() {
    let mut server = MailServer::start("none", &["--user", USER, "--password", PASSWORD]);
    let fault = fault(server.settings(SmtpSecurity::StartTls)).await;
    assert!(fault.contains("offers no STARTTLS"), "{fault}");
    assert!(server.has_no_more());
}

#[tokio::test]
async fn what_is_sent_in_the_open_behind_starttls_is_not_believed() {
    let mut server = MailServer::with_starttls();
    server.misbehave("inject_into_starttls");
    fault(server.settings(SmtpSecurity::StartTls)).await;
    assert!(server.has_no_more());
}
