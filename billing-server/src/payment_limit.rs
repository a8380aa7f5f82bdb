//! How many payments may be started within a minute.
use std::{
    fmt,
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    time::Duration,
};

use billing_core::AccountId;
use governor::{
    Quota, RateLimiter, clock::Clock as _, middleware::NoOpMiddleware, state::keyed::HashMapStateStore,
};
use http::StatusCode;
use tokio::time::Instant;

use crate::error::ApiError;

/// Behind one address there may be several people.
const ACCOUNTS_PER_ADDRESS: NonZeroU32 = NonZeroU32::new(5).unwrap();
/// Beyond this many accounts or addresses at once, nobody else is let in: memory is bounded.
const MOST_KEYS: usize = 10_000;
/// How long those wait whom there is no room for.
const NO_ROOM_PAUSE: Duration = Duration::from_secs(1);

/// Bounds how fast one account, and one address, starts payments. It knows of this process alone.
#[derive(Debug)]
pub(crate) struct PaymentLimit {
    accounts: Limiter<AccountId>,
    addresses: Limiter<IpAddr>,
}

impl PaymentLimit {
    /// So many payments a minute for each account, and five times as many for each address.
    pub(crate) fn new(per_minute: NonZeroU32) -> Self {
        Self {
            accounts: Limiter::new(per_minute),
            addresses: Limiter::new(per_minute.saturating_mul(ACCOUNTS_PER_ADDRESS)),
        }
    }

    /// Counts a payment that `account` wants to start from `address`.
    ///
    /// # Errors
    /// 429 `RATE_LIMITED`, which tells how long to wait.
    pub(crate) fn check(&self, account: &AccountId, address: IpAddr) -> Result<(), ApiError> {
        let admitted = self.accounts.check(account).and_then(|()| self.addresses.check(&household(address)));
        admitted.map_err(|wait| {
            let message =
                "too many payments were started within a minute; please wait as long as Retry-After says";
            ApiError::new(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED", message).with_retry_after(wait)
        })
    }
}

/// The address without what a client may choose by itself: the lower half of an IPv6 address.
fn household(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
    }
}

/// Each key gets its places back evenly over the minute.
struct Limiter<K: Hash + Eq + Clone>(RateLimiter<K, HashMapStateStore<K>, Timer, NoOpMiddleware<Duration>>);

impl<K: Hash + Eq + Clone> Limiter<K> {
    fn new(per_minute: NonZeroU32) -> Self {
        let clock = Timer(Instant::now());
        Self(RateLimiter::hashmap_with_clock(Quota::per_minute(per_minute), clock))
    }

    /// Counts a use; how long to wait when there were too many.
    fn check(&self, key: &K) -> Result<(), Duration> {
        if self.0.len() >= MOST_KEYS {
            self.0.retain_recent();
            if self.0.len() >= MOST_KEYS {
                return Err(NO_ROOM_PAUSE);
            }
        }
        self.0.check_key(key).map_err(|until| until.wait_time_from(self.0.clock().now()))
    }
}

impl<K: Hash + Eq + Clone> fmt::Debug for Limiter<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limiter").field("keys", &self.0.len()).finish_non_exhaustive()
    }
}

/// The time since the start, by the clock of the runtime.
#[derive(Clone, Copy, Debug)]
struct Timer(Instant);

impl governor::clock::Clock for Timer {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse as _;
    use http::header::RETRY_AFTER;
    use tokio::time::advance;

    use super::*;

    fn limit(per_minute: u32) -> PaymentLimit {
        PaymentLimit::new(NonZeroU32::new(per_minute).unwrap())
    }

    fn account(name: impl Into<String>) -> AccountId {
        AccountId::new(name).unwrap()
    }

    fn home() -> IpAddr {
        "203.0.113.7".parse().unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn an_account_gets_its_places_back_over_the_minute() {
        let (limit, anna) = (limit(10), account("anna"));
        assert!((0..10).all(|_| limit.check(&anna, home()).is_ok()));
        let refused = limit.check(&anna, home()).unwrap_err().into_response();
        assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(refused.headers()[RETRY_AFTER], "6");
        limit.check(&account("boris"), home()).unwrap();

        // A part of a second is a second to wait.
        advance(Duration::from_millis(5_500)).await;
        assert_eq!(limit.check(&anna, home()).unwrap_err().into_response().headers()[RETRY_AFTER], "1");
        advance(Duration::from_millis(500)).await;
        limit.check(&anna, home()).unwrap();
        limit.check(&anna, home()).unwrap_err();
    }

    #[tokio::test(start_paused = true)]
    async fn an_address_counts_for_all_its_accounts() {
        let limit = limit(1);
        for index in 0..5 {
            limit.check(&account(format!("user-{index}")), home()).unwrap();
        }
        limit.check(&account("user-5"), home()).unwrap_err();
        limit.check(&account("user-6"), "203.0.113.8".parse().unwrap()).unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_household_of_ipv6_is_one_address() {
        let limit = limit(1);
        for index in 0..5 {
            let address = format!("2001:db8:0:7::{index}").parse().unwrap();
            limit.check(&account(format!("user-{index}")), address).unwrap();
        }
        limit.check(&account("user-5"), "2001:db8:0:7:ffff::".parse().unwrap()).unwrap_err();
        limit.check(&account("user-6"), "2001:db8:0:8::".parse().unwrap()).unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn its_memory_is_bounded() {
        let limiter = Limiter::new(NonZeroU32::MIN);
        assert!((0..MOST_KEYS).all(|key| limiter.check(&key).is_ok()));
        assert_eq!(limiter.check(&MOST_KEYS), Err(NO_ROOM_PAUSE));
        assert_eq!(limiter.0.len(), MOST_KEYS);
        advance(Duration::from_mins(2) + Duration::from_nanos(1)).await;
        assert_eq!(limiter.check(&MOST_KEYS), Ok(()));
        assert_eq!(limiter.0.len(), 1);
    }
}
