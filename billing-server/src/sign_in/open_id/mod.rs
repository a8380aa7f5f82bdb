//! Signing in at an OpenID Connect provider: the authorization code flow, with PKCE, state and nonce.
mod discovery;
mod failure;
mod http;

use std::time::Duration;

use billing_core::{AccountId, BoxError};
use openidconnect::{
    AccessToken, AuthType, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, IssuerUrl, Nonce, OAuth2TokenResponse as _,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, SignatureVerificationError, SubjectIdentifier,
    TokenResponse as _,
    core::{
        CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreIdToken, CoreIdTokenClaims,
        CoreJwsSigningAlgorithm, CoreProviderMetadata, CoreUserInfoClaims,
    },
};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::timeout,
};

use self::{discovery::Discovery, http::Http};
use super::{Person, SignInError, attempt::Attempt};
use crate::{
    config::{self, Url},
    error::chain,
};

/// Where the provider sends browsers back to.
pub(crate) const CALLBACK: &str = "/auth/callback";
/// Codes exchanged at once: anybody may bring one that is none.
const EXCHANGES: usize = 16;
/// How long somebody waits for others to be through.
const TURN_TIMEOUT: Duration = Duration::from_secs(2);
const ALGORITHMS: [CoreJwsSigningAlgorithm; 2] =
    [CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256, CoreJwsSigningAlgorithm::EcdsaP256Sha256];

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// The provider, and what it knows this server as.
#[derive(Debug)]
pub(super) struct OpenId {
    http: Http,
    discovery: Discovery,
    client_id: ClientId,
    client_secret: ClientSecret,
    redirect: RedirectUrl,
    exchanges: Semaphore,
}

impl OpenId {
    pub(super) fn new(config: &config::OpenId, backend: &Url) -> Result<Self, BoxError> {
        Ok(Self {
            http: Http::new(config.is_loopback)?,
            discovery: Discovery::new(IssuerUrl::new(config.issuer.clone())?),
            client_id: ClientId::new(config.client_id.clone()),
            client_secret: ClientSecret::new(config.client_secret.expose().to_owned()),
            redirect: RedirectUrl::new(backend.join(CALLBACK))?,
            exchanges: Semaphore::new(EXCHANGES),
        })
    }

    /// Where a browser signs in, for an attempt.
    pub(super) async fn address(&self, attempt: &Attempt) -> Result<String, SignInError> {
        let client = self.client(self.discovery.metadata(&self.http).await?);
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&verifier(attempt));
        let (state, nonce) = (attempt.state.clone(), attempt.nonce.clone());
        let flow = CoreAuthenticationFlow::AuthorizationCode;
        let (address, ..) = client
            .authorize_url(flow, || CsrfToken::new(state), || Nonce::new(nonce))
            .add_scopes([Scope::new("email".to_owned()), Scope::new("profile".to_owned())])
            .set_pkce_challenge(challenge)
            .url();
        Ok(address.into())
    }

    /// Waits until the provider may be asked: not by all at once who come with a code, which may be anybody.
    pub(super) async fn turn(&self) -> Result<SemaphorePermit<'_>, SignInError> {
        let busy = || SignInError::Unavailable("too many sign in at once".into());
        timeout(TURN_TIMEOUT, self.exchanges.acquire()).await.map_err(|_| busy())?.map_err(|_| busy())
    }

    /// Who has signed in, by the code that his browser has brought. `issuer` is who says so, where that was said (RFC
    /// 9207).
    pub(super) async fn person(
        &self,
        attempt: &Attempt,
        code: &str,
        issuer: Option<&str>,
    ) -> Result<Person, SignInError> {
        let metadata = self.discovery.metadata(&self.http).await?;
        if issuer.is_some_and(|issuer| issuer != metadata.issuer().as_str()) {
            return Err(SignInError::refused("the code is of another issuer"));
        }
        let client = self.client(metadata);
        let http = |request| self.http.clone().send(request);
        let tokens = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(|_| SignInError::Unavailable("the provider tells no token endpoint".into()))?
            .set_pkce_verifier(verifier(attempt))
            .request_async(&http)
            .await
            .map_err(failure::of_exchange)?;
        let token = tokens.id_token().ok_or_else(|| SignInError::refused("there is no ID token"))?;
        let claims = self.claims(&client, token, attempt).await?;
        // The library leaves that to us.
        if claims.authorized_party().is_some_and(|party| *party != self.client_id) {
            return Err(SignInError::refused("the ID token was issued to somebody else"));
        }
        let account = AccountId::new(claims.subject().as_str()).map_err(SignInError::refused)?;
        if claims.email().is_some() {
            return Ok(from_token(account, &claims));
        }
        // Many providers tell more to who asks with the access token.
        let subject = claims.subject().clone();
        let told = self.user_info(&client, tokens.access_token().clone(), subject).await;
        Ok(told.map_or_else(
            || from_token(account.clone(), &claims),
            |told| from_user_info(account.clone(), &told),
        ))
    }

    /// What the ID token says, once it is believed.
    async fn claims(
        &self,
        client: &Client,
        token: &CoreIdToken,
        attempt: &Attempt,
    ) -> Result<CoreIdTokenClaims, SignInError> {
        let unknown_key =
            ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey);
        match believed(client, token, attempt) {
            Err(error) if error == unknown_key => {
                let client = self.client(self.discovery.metadata_with_new_keys(&self.http).await?);
                believed(&client, token, attempt)
            }
            outcome => outcome,
        }
        .map_err(|error| failure::of_token(&error))
    }

    /// What the provider tells of somebody beside his token; nobody is turned away for the lack of it.
    async fn user_info(
        &self,
        client: &Client,
        token: AccessToken,
        subject: SubjectIdentifier,
    ) -> Option<CoreUserInfoClaims> {
        let http = |request| self.http.clone().send(request);
        let request = client.user_info(token, Some(subject)).ok()?;
        match request.request_async(&http).await {
            Ok(claims) => Some(claims),
            Err(openidconnect::UserInfoError::Request(error)) => {
                tracing::warn!("the identity provider does not tell of who signs in: {}", chain(&error));
                None
            }
            Err(_) => {
                tracing::warn!("the identity provider does not tell of who signs in");
                None
            }
        }
    }

    fn client(&self, metadata: CoreProviderMetadata) -> Client {
        let takes = |method| {
            let methods = metadata.token_endpoint_auth_methods_supported();
            methods.is_some_and(|methods| methods.contains(&method))
        };
        let in_body =
            takes(CoreClientAuthMethod::ClientSecretPost) && !takes(CoreClientAuthMethod::ClientSecretBasic);
        let auth_type = if in_body { AuthType::RequestBody } else { AuthType::BasicAuth };
        let secret = Some(self.client_secret.clone());
        CoreClient::from_provider_metadata(metadata, self.client_id.clone(), secret)
            .set_redirect_uri(self.redirect.clone())
            .set_auth_type(auth_type)
    }
}

/// Issuer, audience, signature, time and nonce are what they have to be.
fn believed(
    client: &Client,
    token: &CoreIdToken,
    attempt: &Attempt,
) -> Result<CoreIdTokenClaims, ClaimsVerificationError> {
    let verifier = client.id_token_verifier().set_allowed_algs(ALGORITHMS);
    token.claims(&verifier, &Nonce::new(attempt.nonce.clone())).cloned()
}

fn verifier(attempt: &Attempt) -> PkceCodeVerifier {
    PkceCodeVerifier::new(attempt.verifier.clone())
}

/// An address that the provider has not seen proven may be anybody's.
fn from_token(account: AccountId, claims: &CoreIdTokenClaims) -> Person {
    let email = claims.email().filter(|_| claims.email_verified() != Some(false));
    let name = claims.name().and_then(|names| names.iter().next()).map(|(_, name)| name.as_str());
    Person::new(account, email.map(|email| email.as_str()), name)
}

fn from_user_info(account: AccountId, claims: &CoreUserInfoClaims) -> Person {
    let email = claims.email().filter(|_| claims.email_verified() != Some(false));
    let name = claims.name().and_then(|names| names.iter().next()).map(|(_, name)| name.as_str());
    Person::new(account, email.map(|email| email.as_str()), name)
}
