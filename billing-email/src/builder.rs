use std::{
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use billing_core::{BoxError, Language};

use crate::{
    address::{address, mailbox},
    letter::{TemplateFault, Templates, Values, Voice, samples},
    links::Links,
    message::Sender,
    notifier::EmailNotifier,
    transport::{
        EmailTransport, Transport,
        file::Folder,
        smtp::{SettingsFault, SmtpTransport},
    },
    words::one_line,
};

const PRODUCT: &str = "billing";
const TIMEOUT: Duration = Duration::from_mins(1);
/// Well before the lease of a dispatcher ends.
const LONGEST_TIMEOUT: Duration = Duration::from_mins(4);
const LONGEST_PRODUCT_CHARS: usize = 60;

/// Sets up an [`EmailNotifier`].
#[derive(Clone, Debug)]
#[must_use]
pub struct EmailNotifierBuilder {
    sender: String,
    sender_name: Option<String>,
    reply_to: Option<String>,
    transport: EmailTransport,
    frontend_url: Option<String>,
    product: String,
    templates: Option<PathBuf>,
    timeout: Duration,
}

impl EmailNotifier {
    /// A notifier whose letters come from this address and leave this way.
    pub fn builder(sender: impl Into<String>, transport: EmailTransport) -> EmailNotifierBuilder {
        EmailNotifierBuilder {
            sender: sender.into(),
            sender_name: None,
            reply_to: None,
            transport,
            frontend_url: None,
            product: PRODUCT.to_owned(),
            templates: None,
            timeout: TIMEOUT,
        }
    }
}

impl EmailNotifierBuilder {
    /// The name before the sender's address: none by default.
    pub fn with_sender_name(mut self, name: impl Into<String>) -> Self {
        self.sender_name = Some(name.into());
        self
    }

    /// Where answers go; letters then invite them. By default they go to the sender.
    pub fn with_reply_to(mut self, address: impl Into<String>) -> Self {
        self.reply_to = Some(address.into());
        self
    }

    /// Where the front end is: letters lead to its pages `topup`, `transactions` and `settings`. Without it they lead
    /// nowhere.
    pub fn with_frontend_url(mut self, url: impl Into<String>) -> Self {
        self.frontend_url = Some(url.into());
        self
    }

    /// What the letters call the product: `billing` by default.
    pub fn with_product(mut self, name: impl Into<String>) -> Self {
        self.product = name.into();
        self
    }

    /// A folder of templates that take the place of ours, under the same names; see [the guide]. They are read once,
    /// and tried out.
    ///
    /// [the guide]: https://github.com/legal-org-ua/billing/blob/main/docs/guides/notifications.md
    pub fn with_templates(mut self, folder: impl Into<PathBuf>) -> Self {
        self.templates = Some(folder.into());
        self
    }

    /// How long an attempt may take with all its steps: a minute by default.
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The notifier.
    ///
    /// # Errors
    /// [`BuildError::Invalid`] names the setting and the rule it breaks, [`BuildError::Template`] the file and line;
    /// [`BuildError::Path`] what can't be read or made; [`BuildError::Tls`] when there are no usable root certificates.
    pub fn build(self) -> Result<EmailNotifier, BuildError> {
        let sender = self.checked_sender()?;
        if !(Duration::from_millis(1)..=LONGEST_TIMEOUT).contains(&self.timeout) {
            return Err(invalid("timeout", "must be between 1 millisecond and 4 minutes"));
        }
        let voice = self.checked_voice()?;
        let folder = self.templates.as_deref();
        let templates = Templates::load(folder).map_err(|fault| BuildError::of_templates(fault, folder))?;
        let transport = match self.transport {
            EmailTransport::Smtp(settings) => Transport::Smtp(Box::new(SmtpTransport::new(settings)?)),
            EmailTransport::File(path) => {
                let made = Folder::open(path.clone());
                Transport::File(made.map_err(|source| BuildError::Path { path, source })?)
            }
            EmailTransport::Log => Transport::Log,
        };
        let notifier = EmailNotifier { templates, voice, sender, transport, timeout: self.timeout };
        notifier.try_out(folder)?;
        Ok(notifier)
    }

    fn checked_sender(&self) -> Result<Sender, BuildError> {
        let ours = |field, text: &str| {
            let address = address(text).ok().filter(|address| AsRef::<str>::as_ref(address).is_ascii());
            address.ok_or_else(|| invalid(field, "must be an e-mail address in ASCII"))
        };
        let from = mailbox(self.sender_name.as_deref(), ours("sender", &self.sender)?);
        let reply_to = self.reply_to.as_deref().map(|text| ours("reply-to", text)).transpose()?;
        Ok(Sender { from, reply_to: reply_to.map(|address| mailbox(None, address)) })
    }

    fn checked_voice(&self) -> Result<Voice, BuildError> {
        let product = one_line(&self.product, LONGEST_PRODUCT_CHARS);
        if product.is_empty() {
            return Err(invalid("product", "must have a name"));
        }
        let links = self.frontend_url.as_deref().map(Links::under).transpose();
        let links = links.map_err(|rule| invalid("frontend url", rule))?.unwrap_or_default();
        Ok(Voice { product, links, can_reply: self.reply_to.is_some() })
    }
}

impl EmailNotifier {
    /// Renders every letter once, so that a template that fails does so now.
    fn try_out(&self, folder: Option<&Path>) -> Result<(), BuildError> {
        for language in Language::ALL {
            for (_, mut notification) in samples(language) {
                for _ in 0..2 {
                    let values = Values::of(&notification).spoken_by(&self.voice);
                    let kind = notification.event.kind();
                    self.templates.render(kind, language, values).map_err(|error| {
                        BuildError::of_template(&error, folder, &Templates::file(kind, language))
                    })?;
                    // Once more, of somebody of whom less is known.
                    (notification.name, notification.account) = (None, None);
                }
            }
        }
        Ok(())
    }
}

/// Why a notifier could not be built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A setting breaks a rule.
    #[error("e-mail {field} {rule}")]
    Invalid {
        /// Which setting.
        field: &'static str,
        /// The rule.
        rule: &'static str,
    },
    /// A template can't be used.
    #[error("template {} can't be used, line {line}: {problem}", path.display())]
    Template {
        /// Its file.
        path: PathBuf,
        /// The line, from 1; 0 when it is about the whole file.
        line: usize,
        /// What is wrong there.
        problem: String,
    },
    /// A file or folder can't be read or made.
    #[error("{} can't be used", path.display())]
    Path {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// TLS could not be set up.
    #[error("tls for the mail server could not be set up")]
    Tls(#[source] BoxError),
}

impl BuildError {
    fn of_templates(fault: TemplateFault, folder: Option<&Path>) -> Self {
        let whole = |path, problem: &str| Self::Template { path, line: 0, problem: problem.to_owned() };
        match fault {
            TemplateFault::Unreadable(path, source) => Self::Path { path, source },
            TemplateFault::Unknown(path) => whole(path, "there is no template of this name"),
            TemplateFault::Broken(error) => Self::of_template(&error, folder, ""),
        }
    }

    /// What is wrong with a template; with the one of this name, unless the error knows better.
    fn of_template(error: &minijinja::Error, folder: Option<&Path>, name: &str) -> Self {
        let path = folder.unwrap_or(Path::new("")).join(error.name().unwrap_or(name));
        let problem = match error.detail() {
            Some(detail) => format!("{}: {detail}", error.kind()),
            None => error.kind().to_string(),
        };
        Self::Template { path, line: error.line().unwrap_or_default(), problem }
    }
}

impl From<SettingsFault> for BuildError {
    fn from(fault: SettingsFault) -> Self {
        match fault {
            SettingsFault::Invalid(field, rule) => Self::Invalid { field, rule },
            SettingsFault::File(path, source) => Self::Path { path, source },
            SettingsFault::Tls(source) => Self::Tls(source),
        }
    }
}

fn invalid(field: &'static str, rule: &'static str) -> BuildError {
    BuildError::Invalid { field, rule }
}
