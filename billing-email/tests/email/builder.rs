use std::{fs, path::Path, time::Duration};

use billing_email::{
    BuildError, EmailNotifier, EmailNotifierBuilder, EmailTransport, SmtpSecurity, SmtpSettings,
};
use tempfile::TempDir;

fn builder() -> EmailNotifierBuilder {
    EmailNotifier::builder("billing@example.com", EmailTransport::Log)
}

fn smtp(settings: SmtpSettings) -> EmailNotifierBuilder {
    EmailNotifier::builder("billing@example.com", EmailTransport::Smtp(settings))
}

fn fault(builder: EmailNotifierBuilder) -> String {
    builder.build().unwrap_err().to_string()
}

#[test]
fn a_fault_names_the_setting_and_its_rule() {
    let sender = |address| EmailNotifier::builder(address, EmailTransport::Log);
    let timeout = |millis| builder().with_timeout(Duration::from_millis(millis));
    for (builder, named) in [
        (sender(""), "sender"),
        (sender("Billing <billing@example.com>"), "sender"),
        (sender("billing@example.com\r\nBcc: a@b"), "sender"),
        (sender("білінг@example.com"), "sender"),
        (builder().with_reply_to("support"), "reply-to"),
        (builder().with_product(" \n"), "product"),
        (builder().with_frontend_url("app.example.com"), "frontend url"),
        (builder().with_frontend_url("javascript:alert(1)"), "frontend url"),
        (builder().with_frontend_url("https://app.example.com?a=b"), "frontend url"),
        (timeout(0), "timeout"),
        (timeout(240_001), "timeout"),
        (smtp(SmtpSettings::new("")), "host"),
        (smtp(SmtpSettings::new("a b")), "host"),
        (smtp(SmtpSettings::new("mail.example.com:25")), "host"),
        (smtp(SmtpSettings::new("mail.example.com").with_port(0)), "port"),
        (smtp(SmtpSettings::new("mail.example.com").with_credentials("", "secret")), "user"),
        (smtp(SmtpSettings::new("mail.example.com").with_credentials("billing", "")), "password"),
        (smtp(SmtpSettings::new("mail.example.com").with_connections(0)), "connections"),
        (smtp(SmtpSettings::new("mail.example.com").with_hello_name("a b\r\n")), "hello name"),
        (smtp(SmtpSettings::new("mail.example.com").with_connect_timeout(Duration::ZERO)), "connect timeout"),
        (smtp(SmtpSettings::new("mail.example.com").with_command_timeout(Duration::MAX)), "command timeout"),
    ] {
        let fault = fault(builder);
        assert!(fault.starts_with(&format!("e-mail {named} must")), "{named}: {fault}");
    }
}

#[test]
fn credentials_are_never_sent_in_the_open() {
    let open = |host| SmtpSettings::new(host).with_security(SmtpSecurity::None);
    for host in ["mail.example.com", "10.0.0.1", "localhost.example.com", "0.0.0.0", "::"] {
        let fault = fault(smtp(open(host).with_credentials("billing", "secret")));
        assert!(fault.contains("security must be tls or starttls"), "{host}: {fault}");
        assert!(smtp(open(host)).build().is_ok(), "{host}");
    }
    for host in ["localhost", "127.0.0.1", "127.1.2.3", "::1", "[::1]"] {
        assert!(smtp(open(host).with_credentials("billing", "secret")).build().is_ok(), "{host}");
    }
}

#[test]
fn root_certificates_are_read_at_once() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("root.pem");
    let with_root = |path: &Path| smtp(SmtpSettings::new("mail.example.com").with_root_certificates(path));
    assert!(matches!(with_root(&path).build(), Err(BuildError::Path { path: named, .. }) if named == path));
    for (pem, is_readable) in [
        ("", false),
        ("nothing", false),
        ("-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n", false),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", true),
    ] {
        fs::write(&path, pem).unwrap();
        let error = with_root(&path).build().unwrap_err();
        assert_eq!(matches!(error, BuildError::Tls(_)), is_readable, "{pem}: {error}");
    }
    let useless =
        SmtpSettings::new("localhost").with_security(SmtpSecurity::None).with_root_certificates(&path);
    assert_eq!(fault(smtp(useless)), "e-mail root certificates have no use without encryption");
}

#[test]
fn nothing_secret_is_shown() {
    let settings = SmtpSettings::new("mail.example.com").with_credentials("billing-user", "k3Ff0mVq7LwZ");
    let transport = EmailTransport::Smtp(settings.clone());
    let builder = smtp(settings.clone());
    let notifier = builder.clone().build().unwrap();
    for shown in
        [format!("{settings:?}"), format!("{transport:?}"), format!("{builder:?}"), format!("{notifier:?}")]
    {
        assert!(shown.contains("mail.example.com"), "{shown}");
        assert!(!shown.contains("k3Ff0mVq7LwZ") && !shown.contains("billing-user"), "{shown}");
    }
}
