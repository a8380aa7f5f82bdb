use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::{
    Account, AccountChange, AccountId, Adjust, Audit, Authorization, Authorize, BalanceAlarms, BookAccount,
    Capture, Charge, Clock, Cursor, Difference, Extend, HistoryQuery, Hold, HoldId, HoldState, HouseAccount,
    Ledger, LedgerError, LedgerSettings, LowBalance, Money, ObservedRefusals, Page, Posting, PostingId,
    PostingKind, Reverse, SystemClock, TopUp, UsageBucket, UsageQuery, Void,
    rules::{self, Check, Reversal},
};

/// A ledger in memory: the executable specification.
#[derive(Debug)]
pub struct MemoryLedger {
    settings: LedgerSettings,
    clock: Arc<dyn Clock>,
    books: Mutex<BTreeMap<AccountId, Book>>,
}

/// All there is of one account.
#[derive(Debug)]
struct Book {
    account: Account,
    holds: HashMap<HoldId, Hold>,
    postings: Vec<Posting>,
    places: HashMap<PostingId, usize>,
    reversals: HashMap<PostingId, Reversal>,
}

impl MemoryLedger {
    /// An empty ledger on the machine's clock.
    pub fn new(settings: LedgerSettings) -> Self {
        Self { settings, clock: Arc::new(SystemClock), books: Mutex::default() }
    }

    /// Another clock.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    fn checked(&self, request: &impl Check) -> Result<DateTime<Utc>, LedgerError> {
        let now = self.clock.now();
        request.check(&self.settings, now)?;
        Ok(now)
    }

    /// Runs `work` on an account under the lock; the account is opened at first sight.
    fn with_book<T>(&self, id: &AccountId, now: DateTime<Utc>, work: impl FnOnce(&mut Book) -> T) -> T {
        let mut books = self.lock();
        let book = books.entry(id.clone()).or_insert_with(|| Book {
            account: self.settings.open_account(id.clone(), now),
            holds: HashMap::new(),
            postings: Vec::new(),
            places: HashMap::new(),
            reversals: HashMap::new(),
        });
        work(book)
    }

    /// An account as it is stored, in its current day and month.
    pub(super) fn standing(&self, id: &AccountId) -> Option<Account> {
        let mut account = self.lock().get(id)?.account.clone();
        rules::roll(&mut account, self.clock.now());
        Some(account)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<AccountId, Book>> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Book {
    fn posting(&self, id: PostingId) -> Option<&Posting> {
        self.postings.get(*self.places.get(&id)?)
    }

    fn write(&mut self, posting: Posting) -> Posting {
        self.places.insert(posting.id, self.postings.len());
        self.postings.push(posting.clone());
        posting
    }

    /// Frees what time has freed already; done before anything is refused.
    fn release_expired(&mut self, now: DateTime<Utc>, most: usize) -> usize {
        let expired = |hold: &&mut Hold| hold.state == HoldState::Open && hold.expires_at <= now;
        let mut released = 0;
        for hold in self.holds.values_mut().filter(expired).take(most) {
            rules::release(&mut self.account, hold, HoldState::Expired, now);
            released += 1;
        }
        released
    }

    fn authorize(
        &mut self,
        request: &Authorize,
        settings: &LedgerSettings,
        now: DateTime<Utc>,
    ) -> Result<Authorization, LedgerError> {
        if let Some(hold) = self.holds.get(&request.id) {
            rules::authorize_again(hold, request, now)?;
            return Ok(Authorization::new(hold.clone(), self.account.available()));
        }
        self.release_expired(now, usize::MAX);
        let hold = rules::authorize(&mut self.account, request, settings, now)?;
        self.holds.insert(hold.id, hold.clone());
        Ok(Authorization::new(hold, self.account.available()))
    }

    fn capture(&mut self, request: &Capture, now: DateTime<Utc>) -> Result<Posting, LedgerError> {
        let id = PostingId::from(request.hold);
        let taken = self.posting(id).cloned();
        let unknown = taken.is_none() && !self.holds.contains_key(&request.hold);
        if let Some(hold) = rules::let_through(&self.account, request, now).filter(|_| unknown) {
            self.holds.insert(hold.id, hold);
        }
        let hold = self.holds.get(&request.hold).ok_or(LedgerError::HoldNotFound { hold: request.hold })?;
        if hold.state == HoldState::Captured {
            rules::capture_again(hold, request)?;
        }
        match taken {
            Some(posting) if hold.state == HoldState::Captured => return Ok(posting),
            Some(_) => return Err(LedgerError::IdReused { id: id.as_uuid() }),
            None => {}
        }
        self.release_expired(now, usize::MAX);
        let hold =
            self.holds.get_mut(&request.hold).ok_or(LedgerError::HoldNotFound { hold: request.hold })?;
        let posting = rules::capture(&mut self.account, hold, request, now)?;
        Ok(self.write(posting))
    }

    fn void(&mut self, request: &Void, now: DateTime<Utc>) -> Result<(), LedgerError> {
        if let Some(hold) = self.holds.get_mut(&request.hold) {
            return rules::void(&mut self.account, hold, now);
        }
        self.holds.insert(request.hold, rules::tombstone(&self.account, request, now));
        Ok(())
    }

    fn extend(&mut self, request: &Extend, now: DateTime<Utc>) -> Result<Authorization, LedgerError> {
        let hold =
            self.holds.get_mut(&request.hold).ok_or(LedgerError::HoldNotFound { hold: request.hold })?;
        rules::extend(hold, request, now)?;
        Ok(Authorization::new(hold.clone(), self.account.available()))
    }

    fn charge(&mut self, request: &Charge, now: DateTime<Utc>) -> Result<Posting, LedgerError> {
        if let Some(posting) = self.posting(request.id) {
            rules::charge_again(posting, request)?;
            return Ok(posting.clone());
        }
        self.release_expired(now, usize::MAX);
        let posting = rules::charge(&mut self.account, request, now)?;
        Ok(self.write(posting))
    }

    fn top_up(&mut self, request: &TopUp, now: DateTime<Utc>) -> Result<Posting, LedgerError> {
        if let Some(posting) = self.posting(request.id) {
            rules::top_up_again(posting, request)?;
            return Ok(posting.clone());
        }
        let posting = rules::top_up(&mut self.account, request, now)?;
        Ok(self.write(posting))
    }

    fn reverse(&mut self, request: &Reverse, now: DateTime<Utc>) -> Result<Option<Posting>, LedgerError> {
        let top_up = self.posting(request.top_up).cloned();
        let top_up = top_up.ok_or(LedgerError::TopUpNotFound { top_up: request.top_up })?;
        let so_far = self.reversals.get(&request.top_up).copied();
        let (reversal, posting) = rules::reverse(&mut self.account, &top_up, so_far, request, now)?;
        if let Some(reversal) = reversal {
            self.reversals.insert(request.top_up, reversal);
        }
        Ok(posting.map(|posting| self.write(posting)))
    }

    fn adjust(&mut self, request: &Adjust, now: DateTime<Utc>) -> Result<Posting, LedgerError> {
        if let Some(posting) = self.posting(request.id) {
            rules::adjust_again(posting, request)?;
            return Ok(posting.clone());
        }
        self.release_expired(now, usize::MAX);
        let posting = rules::adjust(&mut self.account, request, now)?;
        Ok(self.write(posting))
    }

    fn audit(&self, audit: &mut Audit, house: &mut BTreeMap<HouseAccount, i64>) {
        let open = self.holds.values().filter(|hold| hold.state == HoldState::Open);
        let captures = self.postings.iter().filter(|posting| posting.kind == PostingKind::Capture);
        let currency = self.account.posted.currency();
        let money = |micros| Money::from_micros(micros, currency);
        audit.accounts += 1;
        audit.postings += u64::try_from(self.postings.len()).unwrap_or(u64::MAX);
        audit.open_holds += u64::try_from(open.clone().count()).unwrap_or(u64::MAX);
        for posting in &self.postings {
            let back = posting.kind == PostingKind::Reversal;
            let residue = posting.residue;
            let sum =
                if back { audit.residue.checked_sub(residue) } else { audit.residue.checked_add(residue) };
            audit.residue = sum.unwrap_or(audit.residue);
            for (side, sign) in [(&posting.debit, -1), (&posting.credit, 1)] {
                if let BookAccount::House(account) = side {
                    *house.entry(account.clone()).or_default() += sign * posting.amount.micros();
                }
            }
        }
        let posted = money(self.postings.iter().map(|posting| posting.change().micros()).sum());
        let held = money(open.map(|hold| hold.amount.micros()).sum());
        let spent = money(captures.map(|posting| posting.amount.micros()).sum());
        for (figure, recorded, computed) in [
            ("posted", self.account.posted, posted),
            ("held", self.account.held, held),
            ("spent", self.account.spent, spent),
        ] {
            if recorded != computed {
                let difference = Difference::new(self.account.id.clone(), figure, &recorded, &computed);
                audit.differences.push(difference);
            }
        }
    }
}

#[async_trait]
impl Ledger for MemoryLedger {
    async fn authorize(&self, request: Authorize) -> Result<Authorization, LedgerError> {
        let now = self.checked(&request)?;
        self.with_book(&request.account, now, |book| book.authorize(&request, &self.settings, now))
    }

    async fn capture(&self, request: Capture) -> Result<Posting, LedgerError> {
        let now = self.checked(&request)?;
        self.with_book(&request.account, now, |book| book.capture(&request, now))
    }

    async fn void(&self, request: Void) -> Result<(), LedgerError> {
        let now = self.checked(&request)?;
        self.with_book(&request.account, now, |book| book.void(&request, now))
    }

    async fn extend(&self, request: Extend) -> Result<Authorization, LedgerError> {
        let now = self.checked(&request)?;
        self.with_book(&request.account, now, |book| book.extend(&request, now))
    }

    async fn charge(&self, request: Charge) -> Result<Posting, LedgerError> {
        let now = self.checked(&request)?;
        self.with_book(&request.account, now, |book| book.charge(&request, now))
    }

    async fn top_up(&self, request: TopUp) -> Result<Posting, LedgerError> {
        let now = self.checked(&request)?;
        self.with_book(&request.account, now, |book| book.top_up(&request, now))
    }

    async fn reverse(&self, request: Reverse) -> Result<Option<Posting>, LedgerError> {
        let now = self.checked(&request)?;
        self.with_book(&request.account, now, |book| book.reverse(&request, now))
    }

    async fn adjust(&self, request: Adjust) -> Result<Posting, LedgerError> {
        let now = self.checked(&request)?;
        self.with_book(&request.account, now, |book| book.adjust(&request, now))
    }

    async fn account(&self, id: &AccountId) -> Result<Account, LedgerError> {
        let now = self.clock.now();
        Ok(self.with_book(id, now, |book| {
            book.release_expired(now, usize::MAX);
            rules::roll(&mut book.account, now);
            book.account.clone()
        }))
    }

    async fn configure(&self, id: &AccountId, change: AccountChange) -> Result<Account, LedgerError> {
        let now = self.clock.now();
        self.with_book(id, now, |book| {
            book.release_expired(now, usize::MAX);
            rules::configure(&mut book.account, &change, now)?;
            Ok(book.account.clone())
        })
    }

    async fn history(&self, query: HistoryQuery) -> Result<Page<Posting>, LedgerError> {
        let now = self.clock.now();
        let matching: Vec<_> = self.with_book(&query.account, now, |book| {
            book.postings.iter().rev().filter(|posting| query.admits(posting)).cloned().collect()
        });
        let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
        let rest = matching.into_iter().skip(usize::try_from(query.offset).unwrap_or(usize::MAX));
        let mut items: Vec<_> = rest.take(limit.saturating_add(1)).collect();
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(|posting| Cursor::after(posting.sequence));
        Ok(Page::new(items, next))
    }

    async fn usage(&self, query: UsageQuery) -> Result<Vec<UsageBucket>, LedgerError> {
        query.days()?;
        let now = self.clock.now();
        let mut buckets = BTreeMap::new();
        self.with_book(&query.account, now, |book| {
            for posting in book.postings.iter().filter(|posting| posting.kind == PostingKind::Capture) {
                let day = book.account.time_zone.local_date(posting.created_at);
                if (query.from..=query.to).contains(&day) {
                    let (calls, charged, micros) =
                        buckets.entry((day, posting.operation.clone())).or_insert((0, 0, 0));
                    *calls += 1;
                    *charged += u64::from(!posting.amount.is_zero());
                    *micros += posting.amount.micros();
                }
            }
        });
        let currency = self.settings.currency();
        let bucket = |((day, operation), (calls, charged, micros))| {
            UsageBucket::new(day, operation, calls, Money::from_micros(micros, currency))
                .with_charged(charged)
        };
        Ok(buckets.into_iter().map(bucket).collect())
    }

    async fn observed(
        &self,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<Vec<ObservedRefusals>, LedgerError> {
        let mut sums = BTreeMap::new();
        for (account, book) in &*self.lock() {
            for posting in book.postings.iter().filter(|posting| (from..to).contains(&posting.created_at)) {
                let Some(reason) = posting.would_refuse else { continue };
                let key = (account.clone(), posting.operation.clone(), reason);
                let (calls, micros) = sums.entry(key).or_insert((0, 0));
                *calls += 1;
                *micros += posting.uncollected.micros();
            }
        }
        let currency = self.settings.currency();
        let mut lines: Vec<_> = sums
            .into_iter()
            .map(|((account, operation, reason), (calls, micros))| {
                let amount = Money::from_micros(micros, currency);
                ObservedRefusals::new(account, operation, reason, calls, amount)
            })
            .collect();
        lines.sort_by_key(|line| std::cmp::Reverse(line.amount.micros()));
        lines.truncate(ObservedRefusals::MOST);
        Ok(lines)
    }

    async fn expire_holds(&self, limit: u32) -> Result<u32, LedgerError> {
        let now = self.clock.now();
        let mut left = usize::try_from(limit).unwrap_or(usize::MAX);
        for book in self.lock().values_mut() {
            left -= book.release_expired(now, left);
        }
        Ok(limit - u32::try_from(left).unwrap_or(limit))
    }

    async fn verify(&self) -> Result<Audit, LedgerError> {
        let (mut audit, mut house) = (Audit::default(), BTreeMap::new());
        for book in self.lock().values() {
            book.audit(&mut audit, &mut house);
        }
        let currency = self.settings.currency();
        audit.house = house
            .into_iter()
            .map(|(account, micros)| (account, Money::from_micros(micros, currency)))
            .collect();
        Ok(audit)
    }
}

#[async_trait]
impl BalanceAlarms for MemoryLedger {
    async fn low_balances(
        &self,
        quiet_since: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<LowBalance>, LedgerError> {
        let low = |book: &Book| {
            let account = &book.account;
            let in_peace = account.alarm.rang_at.is_some_and(|rang_at| rang_at > quiet_since);
            let armed_by =
                account.alarm.armed_by.filter(|_| !in_peace && account.alarm.is_low(account.posted))?;
            Some(LowBalance::new(account.id.clone(), account.posted, account.alarm.threshold, armed_by))
        };
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        Ok(self.lock().values().filter_map(low).take(limit).collect())
    }

    async fn disarm(
        &self,
        account: &AccountId,
        armed_by: u64,
        now: DateTime<Utc>,
    ) -> Result<bool, LedgerError> {
        let mut books = self.lock();
        let armed = |book: &&mut Book| book.account.alarm.armed_by == Some(armed_by);
        let Some(book) = books.get_mut(account).filter(armed) else { return Ok(false) };
        let (posted, sequence) = (book.account.posted, book.account.sequence);
        book.account.alarm.rang(posted, sequence, now);
        Ok(true)
    }
}
