use billing_core::AccountId;
use http::request::Parts;

/// Says who pays for a request.
///
/// A function from [`Parts`] to [`Payer`] is one, too.
///
/// # Implementing
/// Identify, don't authenticate: whoever runs before this layer has proved who is calling and left it in the request's
/// extensions. Never trust a header that a client can set.
///
/// # Examples
/// ```
/// use billing_core::AccountId;
/// use billing_tower::{Identify, Payer};
/// use http::{Request, request::Parts};
///
/// #[derive(Clone)]
/// struct Session {
///     tenant: String,
/// }
///
/// let by_tenant = |parts: &Parts| match parts.extensions.get::<Session>() {
///     Some(session) => AccountId::new(session.tenant.as_str()).map_or(Payer::Nobody, Payer::Account),
///     None => Payer::Nobody,
/// };
///
/// let (mut parts, ()) = Request::new(()).into_parts();
/// assert_eq!(by_tenant.identify(&parts), Payer::Nobody);
/// parts.extensions.insert(Session { tenant: "acme".to_owned() });
/// assert_eq!(by_tenant.identify(&parts), Payer::Account(AccountId::new("acme")?));
/// # Ok::<(), billing_core::InvalidName>(())
/// ```
pub trait Identify: Send + Sync + 'static {
    /// Who pays for the request with these parts.
    fn identify(&self, parts: &Parts) -> Payer;
}

impl<F> Identify for F
where
    F: Fn(&Parts) -> Payer + Send + Sync + 'static,
{
    fn identify(&self, parts: &Parts) -> Payer {
        self(parts)
    }
}

/// Who pays for a request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Payer {
    /// This account.
    Account(AccountId),
    /// No one has to: the call runs unbilled, and is logged.
    Exempt {
        /// Who calls: a name for the log, such as a key's label. Never a secret.
        principal: String,
    },
    /// No one is known: the call is refused.
    Nobody,
}

/// Reads who pays from the request's extensions: a [`Payer`], else an [`AccountId`], put there by the layer that
/// authenticates.
///
/// A `Payer` comes first, so that an authentication layer can turn a request down ([`Payer::Nobody`]) or wave it through
/// ([`Payer::Exempt`]) whatever else is there.
#[derive(Clone, Copy, Debug, Default)]
pub struct FromExtensions;

impl Identify for FromExtensions {
    fn identify(&self, parts: &Parts) -> Payer {
        let extensions = &parts.extensions;
        let account = || extensions.get::<AccountId>().cloned().map(Payer::Account);
        extensions.get::<Payer>().cloned().or_else(account).unwrap_or(Payer::Nobody)
    }
}

const _: fn(&dyn Identify) = |_| {};
