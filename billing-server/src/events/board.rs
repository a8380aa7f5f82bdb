use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use billing_core::{Account, AccountId, Payment, PaymentId, Posting};
use chrono::{DateTime, Utc};
use tokio::sync::{Notify, watch};

/// Streams that one account may have at once, from one server.
const MOST_OF_ACCOUNT: usize = 8;
/// Streams of all accounts together.
const MOST: usize = 2_000;
/// Payments whose last change is kept for those who have not heard of it.
const MOST_PAYMENTS: usize = 32;

/// Who listens to which account, and the news of each.
#[derive(Debug, Default)]
pub(crate) struct Board {
    state: Mutex<State>,
    somebody_came: Notify,
    is_closed: watch::Sender<bool>,
}

#[derive(Debug, Default)]
struct State {
    /// How many streams each account has.
    places: HashMap<AccountId, usize>,
    /// How many there are in all.
    taken: usize,
    watched: HashMap<AccountId, Watched>,
    /// Changes of payments are known up to about this time.
    since: DateTime<Utc>,
}

#[derive(Debug)]
struct Watched {
    news: watch::Sender<Arc<News>>,
    /// The last change of each payment that was told, as long as it may come up again.
    told: HashMap<PaymentId, DateTime<Utc>>,
}

/// What is new of an account.
#[derive(Clone, Debug)]
pub(super) struct News {
    /// How it stands.
    pub(super) account: Account,
    /// The postings that led there, oldest first, if they are few; else they are in the history.
    pub(super) postings: Vec<Posting>,
    /// Payments that changed lately, each under the number of its change.
    pub(super) payments: Vec<(u64, Payment)>,
    /// The number of the last change of a payment.
    pub(super) changes: u64,
    /// The number of the last change that is not in `payments` any more.
    pub(super) forgotten: u64,
}

/// Why somebody can't listen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Full {
    /// The account has as many streams as it may have.
    OfAccount,
    /// The server has.
    OfServer,
}

/// A stream's place. It is free again when this is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    board: Arc<Board>,
    account: AccountId,
}

impl Board {
    /// Takes a place.
    ///
    /// # Errors
    /// [`Full`].
    pub(crate) fn join(self: &Arc<Self>, account: &AccountId) -> Result<Place, Full> {
        let mut state = self.lock();
        if state.taken >= MOST {
            return Err(Full::OfServer);
        }
        let places = state.places.entry(account.clone()).or_default();
        if *places >= MOST_OF_ACCOUNT {
            return Err(Full::OfAccount);
        }
        *places += 1;
        state.taken += 1;
        Ok(Place { board: Arc::clone(self), account: account.clone() })
    }

    /// Ends all streams, and those to come.
    pub(crate) fn close(&self) {
        self.is_closed.send_replace(true);
    }

    /// Waits until there is somebody to tell.
    pub(super) async fn somebody(&self) {
        // What is told once is kept until it is heard, so nobody comes in vain between look and wait.
        while self.lock().watched.is_empty() {
            self.somebody_came.notified().await;
        }
    }

    /// The accounts that somebody listens to, and the sequence number that each was last seen with.
    pub(super) fn watched(&self) -> Vec<(AccountId, u64)> {
        let last = |(id, watched): (&AccountId, &Watched)| {
            (AccountId::clone(id), watched.news.borrow().account.sequence)
        };
        self.lock().watched.iter().map(last).collect()
    }

    /// From when on changes of payments are looked for.
    pub(crate) fn since(&self) -> DateTime<Utc> {
        self.lock().since
    }

    /// Changes up to `since` need not be looked for again.
    pub(super) fn looked(&self, since: DateTime<Utc>) {
        let mut state = self.lock();
        state.since = since;
        for watched in state.watched.values_mut() {
            watched.told.retain(|_, changed_at| *changed_at > since);
        }
    }

    /// Tells those who listen how an account stands, if that is new to them.
    pub(super) fn tell(&self, account: Account, postings: Vec<Posting>, payments: Vec<Payment>) {
        let mut state = self.lock();
        let Some(Watched { news, told }) = state.watched.get_mut(&account.id) else { return };
        let is_new = |payment: &Payment| told.get(&payment.id) != Some(&payment.updated_at);
        let payments: Vec<_> = payments.into_iter().filter(is_new).collect();
        told.extend(payments.iter().map(|payment| (payment.id, payment.updated_at)));
        news.send_if_modified(|news| {
            // Who has just come may have seen the account later than this look did.
            let is_older = account.sequence < news.account.sequence;
            let is_new = !is_older && news.account != account;
            if is_new || !payments.is_empty() {
                let (account, postings) =
                    if is_older { (news.account.clone(), Vec::new()) } else { (account, postings) };
                *news = Arc::new(news.followed_by(account, postings, payments));
                return true;
            }
            false
        });
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Whose it is.
    pub(super) fn account(&self) -> &AccountId {
        &self.account
    }

    /// Hears of an account from now on. Where nobody has listened to it before, the news begin with `account`, and with
    /// what has become of its `payments` lately, which is known to who asks.
    pub(super) fn listen(&self, account: Account, payments: &[Payment]) -> watch::Receiver<Arc<News>> {
        let mut state = self.board.lock();
        let watched = state.watched.entry(self.account.clone()).or_insert_with(|| Watched {
            news: watch::Sender::new(Arc::new(News::first(account))),
            told: payments.iter().map(|payment| (payment.id, payment.updated_at)).collect(),
        });
        self.board.somebody_came.notify_one();
        watched.news.subscribe()
    }

    /// Tells when all streams are to end.
    pub(super) fn closing(&self) -> watch::Receiver<bool> {
        self.board.is_closed.subscribe()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = self.board.lock();
        state.taken -= 1;
        if let Some(places) = state.places.get_mut(&self.account) {
            *places -= 1;
            if *places == 0 {
                state.places.remove(&self.account);
                state.watched.remove(&self.account);
            }
        }
    }
}

impl News {
    fn first(account: Account) -> Self {
        Self { account, postings: Vec::new(), payments: Vec::new(), changes: 0, forgotten: 0 }
    }

    fn followed_by(&self, account: Account, postings: Vec<Posting>, changed: Vec<Payment>) -> Self {
        let is_changed = |payment: &Payment| changed.iter().any(|other| other.id == payment.id);
        let mut payments: Vec<_> =
            self.payments.iter().filter(|(_, payment)| !is_changed(payment)).cloned().collect();
        let numbers = self.changes + 1..;
        // The last change comes first, and is told last.
        payments.extend(numbers.zip(changed.into_iter().rev()));
        let too_many = payments.len().saturating_sub(MOST_PAYMENTS);
        let forgotten = payments.drain(..too_many).next_back().map_or(self.forgotten, |(number, _)| number);
        let changes = payments.last().map_or(self.changes, |(number, _)| *number);
        Self { account, postings, payments, changes, forgotten }
    }
}

#[cfg(test)]
mod tests {
    use billing_core::{BookAccount, Currency, HouseAccount, LedgerSettings, Money, PostingId, PostingKind};

    use super::*;

    fn id(name: &str) -> AccountId {
        AccountId::new(name).unwrap()
    }

    fn account(name: &str, sequence: u64) -> Account {
        let settings = LedgerSettings::new(Currency::USD);
        let mut account = settings.open_account(id(name), DateTime::UNIX_EPOCH);
        account.sequence = sequence;
        account
    }

    fn payment(name: &str) -> Payment {
        let ten = Money::from_micros(10_000_000, Currency::USD);
        Payment::new(PaymentId::new(), id(name), "stripe", ten, ten, DateTime::UNIX_EPOCH)
    }

    fn posting(sequence: u64) -> Posting {
        let (own, revenue) = (BookAccount::Owned(id("acme")), BookAccount::House(HouseAccount::Revenue));
        let (kind, cent) = (PostingKind::Capture, Money::from_micros(10_000, Currency::USD));
        let id_of_it = PostingId::new();
        let mut posting = Posting::new(id_of_it, id("acme"), kind, own, revenue, cent, DateTime::UNIX_EPOCH);
        posting.sequence = sequence;
        posting
    }

    #[test]
    fn places_are_bounded_for_each_account_and_in_all() {
        let board = Arc::new(Board::default());
        let mut places: Vec<_> = (0..MOST_OF_ACCOUNT).map(|_| board.join(&id("acme")).unwrap()).collect();
        assert_eq!(board.join(&id("acme")).unwrap_err(), Full::OfAccount);
        places.pop();
        places.push(board.join(&id("acme")).unwrap());
        places.extend((places.len()..MOST).map(|number| board.join(&id(&number.to_string())).unwrap()));
        assert_eq!(board.join(&id("other")).unwrap_err(), Full::OfServer);
        drop(places);
        let state = board.lock();
        assert_eq!((state.taken, state.places.len(), state.watched.len()), (0, 0, 0));
    }

    #[test]
    fn only_what_is_new_is_told() {
        let board = Arc::new(Board::default());
        let place = board.join(&id("acme")).unwrap();
        let (known, mut other) = (payment("acme"), payment("acme"));
        let mut news = place.listen(account("acme", 3), std::slice::from_ref(&known));
        assert_eq!(board.watched(), [(id("acme"), 3)]);
        let mut tell = |sequence, payments: Vec<Payment>| {
            board.tell(account("acme", sequence), vec![posting(sequence)], payments);
            news.has_changed().unwrap().then(|| Arc::clone(&news.borrow_and_update()))
        };
        assert!(tell(3, vec![known.clone()]).is_none());
        assert!(tell(2, vec![]).is_none(), "an older look tells nothing");
        let told = tell(4, vec![]).unwrap();
        assert_eq!((told.account.sequence, told.postings.len()), (4, 1));
        let told = tell(3, vec![other.clone(), known.clone()]).unwrap();
        assert_eq!((told.account.sequence, told.payments.clone()), (4, vec![(1, other.clone())]));
        assert!(told.postings.is_empty(), "the postings of an older look do not lead to this account");
        assert!(tell(4, vec![other.clone()]).is_none());
        other.updated_at = known.updated_at + chrono::TimeDelta::seconds(1);
        assert_eq!(tell(4, vec![other.clone()]).unwrap().payments, [(2, other)]);
    }

    #[test]
    fn news_of_payments_are_bounded_and_say_what_is_missing() {
        let mut news = News::first(account("acme", 0));
        for _ in 0..MOST_PAYMENTS {
            news = news.followed_by(account("acme", 0), Vec::new(), vec![payment("acme")]);
        }
        assert_eq!((news.payments.len(), news.changes, news.forgotten), (MOST_PAYMENTS, 32, 0));
        news = news.followed_by(account("acme", 0), Vec::new(), vec![payment("acme"), payment("acme")]);
        assert_eq!((news.payments.len(), news.changes, news.forgotten), (MOST_PAYMENTS, 34, 2));
        assert_eq!(news.payments.first().unwrap().0, 3);
    }
}
