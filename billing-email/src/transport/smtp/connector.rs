use std::{fmt, time::Duration};

use lettre::transport::smtp::{
    authentication::{Credentials, DEFAULT_MECHANISMS},
    client::{AsyncSmtpConnection, TlsParameters},
    extension::ClientId,
};
use tokio::time::timeout;

use super::{
    SmtpError, SmtpSecurity, SmtpSettings,
    error::{Failed, Fault, Stage},
    line_by_line::LineByLine,
    redact::Redacted,
    settings::SettingsFault,
};

/// How long a goodbye may take: it is polite, and nothing depends on it.
const GOODBYE: Duration = Duration::from_secs(2);

/// Opens conversations with a server.
pub(super) struct Connector {
    settings: SmtpSettings,
    port: u16,
    hello: ClientId,
    tls: Option<TlsParameters>,
    credentials: Option<Credentials>,
}

impl Connector {
    pub(super) fn new(settings: SmtpSettings) -> Result<Self, SettingsFault> {
        let (hello, tls) = settings.check()?;
        let credentials = settings.credentials.as_ref();
        let credentials =
            credentials.map(|(user, password)| Credentials::new(user.clone(), password.expose().to_owned()));
        Ok(Self { port: settings.used_port(), settings, hello, tls, credentials })
    }

    /// What no error may show.
    pub(super) fn redacted(&self) -> Redacted {
        let secrets = self.settings.credentials.iter().flat_map(|(user, password)| [user, password.expose()]);
        Redacted::new(secrets)
    }

    pub(super) fn step<'a>(&self, stage: Stage, redacted: &'a Redacted) -> Step<'a> {
        let limit = match stage {
            Stage::Connecting => self.settings.connect_timeout,
            _ => self.settings.command_timeout,
        };
        Step { stage, limit, redacted }
    }

    /// Connects, encrypts and logs in, as far as that was asked for.
    pub(super) async fn connect(&self, redacted: &Redacted) -> Result<AsyncSmtpConnection, SmtpError> {
        let step = |stage| self.step(stage, redacted);
        let mut connection = step(Stage::Connecting).bound(self.open()).await?;
        if self.settings.security == SmtpSecurity::StartTls {
            let tls = self.tls.clone().filter(|_| connection.can_starttls()).ok_or_else(|| {
                SmtpError::new(Stage::Encrypting, Fault::Unsupported("it offers no STARTTLS"))
            })?;
            step(Stage::Encrypting).bound(connection.starttls(tls, &self.hello)).await?;
        }
        if let Some(credentials) = &self.credentials {
            step(Stage::Login).bound(connection.auth(DEFAULT_MECHANISMS, credentials)).await?;
        }
        Ok(connection)
    }

    /// Connects and is greeted: in the open, where STARTTLS or nothing follows.
    async fn open(&self) -> Result<AsyncSmtpConnection, Failed> {
        let server = (self.settings.host.as_str(), self.port);
        if self.settings.security == SmtpSecurity::StartTls {
            let stream = LineByLine::connect(server).await?;
            return Ok(AsyncSmtpConnection::connect_with_transport(Box::new(stream), &self.hello).await?);
        }
        let limit = Some(self.settings.connect_timeout);
        let tls = self.tls.clone();
        Ok(AsyncSmtpConnection::connect_tokio1(server, limit, &self.hello, tls, None).await?)
    }

    /// Whether the server still answers on a connection that was idle.
    pub(super) async fn is_alive(&self, connection: &mut AsyncSmtpConnection) -> bool {
        timeout(self.settings.command_timeout, connection.test_connected()).await.unwrap_or(false)
    }

    /// Ends a conversation in which the server has said no.
    pub(super) async fn quit(&self, mut connection: AsyncSmtpConnection) {
        let _ = timeout(GOODBYE, connection.quit()).await;
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.settings, f)
    }
}

/// A step of a conversation, which takes no longer than it may.
pub(super) struct Step<'a> {
    stage: Stage,
    limit: Duration,
    redacted: &'a Redacted,
}

impl Step<'_> {
    pub(super) async fn bound<T, E: Into<Failed>>(
        self,
        doing: impl Future<Output = Result<T, E>>,
    ) -> Result<T, SmtpError> {
        let fault = match timeout(self.limit, doing).await {
            Ok(Ok(done)) => return Ok(done),
            Ok(Err(failed)) => failed.into().fault(self.redacted),
            Err(_) => Fault::TimedOut(self.limit),
        };
        Err(SmtpError::new(self.stage, fault))
    }
}
