//! How people are told: letters, by the configured way.
use std::sync::Arc;

use billing_core::Notifier;
use billing_email::{EmailNotifier, EmailTransport as Way, SmtpSecurity as Privacy, SmtpSettings};

use crate::{
    BoxError,
    config::{EmailTransport, Notifications, Smtp, SmtpSecurity, Url},
};

/// Writes letters, with links to the dashboard at `frontend`.
///
/// # Errors
/// When an address, a template or a certificate can't be used.
pub(crate) fn notifier(config: &Notifications, frontend: &Url) -> Result<Arc<dyn Notifier>, BoxError> {
    let mut builder = EmailNotifier::builder(&config.from, way(&config.transport))
        .with_sender_name(&config.from_name)
        .with_product(&config.from_name)
        .with_frontend_url(frontend.to_string());
    if let EmailTransport::Smtp(smtp) = &config.transport {
        builder = builder.with_timeout(smtp.timeout);
    }
    if let Some(address) = &config.reply_to {
        builder = builder.with_reply_to(address);
    }
    if let Some(folder) = &config.templates {
        builder = builder.with_templates(folder);
    }
    Ok(Arc::new(builder.build()?))
}

fn way(transport: &EmailTransport) -> Way {
    match transport {
        EmailTransport::Log => Way::Log,
        EmailTransport::File(folder) => Way::File(folder.clone()),
        EmailTransport::Smtp(smtp) => Way::Smtp(settings(smtp)),
    }
}

fn settings(smtp: &Smtp) -> SmtpSettings {
    let security = match smtp.security {
        SmtpSecurity::Tls => Privacy::Tls,
        SmtpSecurity::StartTls => Privacy::StartTls,
        SmtpSecurity::None => Privacy::None,
    };
    let mut settings = SmtpSettings::new(&smtp.host)
        .with_security(security)
        .with_port(smtp.port)
        .with_connect_timeout(smtp.timeout)
        .with_command_timeout(smtp.timeout);
    if let Some((user, password)) = &smtp.login {
        settings = settings.with_credentials(user, password.expose());
    }
    if let Some(file) = &smtp.ca_file {
        settings = settings.with_root_certificates(file);
    }
    settings
}
