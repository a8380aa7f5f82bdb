//! Letters: whether they arrive.
use billing_core::{BillingEvent, Contact, Language, Notification};
use chrono::Utc;
use clap::Subcommand;
use uuid::Uuid;

use crate::{
    Addresses, BoxError,
    config::{Config, Url},
    error::chain,
    notifications::notifier,
    output::print,
};

#[derive(Clone, Debug, Subcommand)]
pub(super) enum Action {
    /// Send a letter at once, past the outbox, and say how that went.
    Test {
        /// Who gets it.
        #[arg(long)]
        to: String,
        /// In which language, uk or en, unless in the deployment's.
        #[arg(long)]
        language: Option<Language>,
    },
}

pub(super) async fn run(action: Action, config: &Config) -> Result<(), BoxError> {
    let Action::Test { to, language } = action;
    if !Contact::is_address(&to) {
        return Err("--to must be an address such as olena@example.com".into());
    }
    let addresses = Addresses::new(config, &Url::of_server(config.bind_addr));
    let settings = &config.notifications;
    let language = language.unwrap_or(settings.dispatch.language);
    let notification =
        Notification::new(format!("test/{}", Uuid::now_v7()), to, BillingEvent::Test, Utc::now())
            .with_language(language)
            .with_time_zone(settings.dispatch.time_zone);
    notifier(settings, &addresses.frontend)?
        .notify(&notification)
        .await
        .map_err(|error| format!("the letter was not sent: {}", chain(&error)))?;
    print(format_args!("sent: the {} took it over", transport(config)))?;
    Ok(())
}

fn transport(config: &Config) -> String {
    use crate::config::EmailTransport::{File, Log, Smtp};
    match &config.notifications.transport {
        Log => "log".to_owned(),
        File(folder) => format!("folder {}", folder.display()),
        Smtp(smtp) => format!("mail server {}:{}", smtp.host, smtp.port),
    }
}
