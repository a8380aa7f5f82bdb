use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::{
    Accepted, Checkout, Money, Observation, Opening, Payment, PaymentId, PaymentQuery, PaymentStore,
    StoreError, TakeBack, TakenBack,
};

/// Payments in memory.
#[derive(Debug, Default)]
pub struct MemoryPayments(Mutex<HashMap<PaymentId, Row>>);

#[derive(Debug)]
struct Row {
    payment: Payment,
    take_backs: BTreeMap<String, TakeBack>,
    opening_until: Option<DateTime<Utc>>,
}

impl Row {
    fn new(payment: Payment) -> Self {
        Self { payment, take_backs: BTreeMap::new(), opening_until: None }
    }
}

impl MemoryPayments {
    pub(super) fn all(&self) -> Vec<Payment> {
        self.lock().values().map(|row| row.payment.clone()).collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<PaymentId, Row>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn row(rows: &mut HashMap<PaymentId, Row>, id: PaymentId) -> Result<&mut Row, StoreError> {
    rows.get_mut(&id).ok_or(StoreError::NotFound { id })
}

#[async_trait]
impl PaymentStore for MemoryPayments {
    async fn insert(&self, payment: &Payment) -> Result<Payment, StoreError> {
        let mut rows = self.lock();
        let row = rows.entry(payment.id).or_insert_with(|| Row::new(payment.clone()));
        if row.payment.is_same_request(payment) {
            Ok(row.payment.clone())
        } else {
            Err(StoreError::IdReused { id: payment.id })
        }
    }

    async fn get(&self, id: PaymentId) -> Result<Option<Payment>, StoreError> {
        Ok(self.lock().get(&id).map(|row| row.payment.clone()))
    }

    async fn find(&self, gateway: &str, external_id: &str) -> Result<Option<Payment>, StoreError> {
        let found = |row: &&Row| {
            row.payment.gateway == gateway && row.payment.external_id.as_deref() == Some(external_id)
        };
        Ok(self.lock().values().find(found).map(|row| row.payment.clone()))
    }

    async fn begin_opening(
        &self,
        id: PaymentId,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Opening, StoreError> {
        let mut rows = self.lock();
        let row = row(&mut rows, id)?;
        if let (Some(external_id), Some(url)) = (&row.payment.external_id, &row.payment.checkout_url) {
            let checkout = Checkout::Redirect { external_id: external_id.clone(), url: url.clone() };
            return Ok(Opening::Opened(row.payment.clone(), checkout));
        }
        if row.opening_until.is_some_and(|until| until > now) {
            return Ok(Opening::Busy);
        }
        row.opening_until = Some(until);
        Ok(Opening::Begun(row.payment.clone()))
    }

    async fn end_opening(&self, id: PaymentId) -> Result<(), StoreError> {
        row(&mut self.lock(), id)?.opening_until = None;
        Ok(())
    }

    async fn attach(
        &self,
        id: PaymentId,
        external_id: &str,
        checkout_url: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Payment, StoreError> {
        let mut rows = self.lock();
        let gateway = row(&mut rows, id)?.payment.gateway.clone();
        let taken = rows.values().any(|row| {
            row.payment.id != id
                && row.payment.gateway == gateway
                && row.payment.external_id.as_deref() == Some(external_id)
        });
        let row = row(&mut rows, id)?;
        let payment = &mut row.payment;
        if taken || payment.external_id.as_deref().is_some_and(|known| known != external_id) {
            return Err(StoreError::ExternalIdTaken { id, external_id: external_id.to_owned() });
        }
        if payment.external_id.is_none() {
            payment.external_id = Some(external_id.to_owned());
            payment.updated_at = now;
        }
        payment.checkout_url = payment.checkout_url.take().or_else(|| checkout_url.map(str::to_owned));
        row.opening_until = None;
        Ok(row.payment.clone())
    }

    async fn accept(
        &self,
        id: PaymentId,
        accepted: &Accepted,
        credit: Money,
        keeps_rate: bool,
        now: DateTime<Utc>,
    ) -> Result<Payment, StoreError> {
        let mut rows = self.lock();
        let payment = &mut row(&mut rows, id)?.payment;
        let accepted = payment.accept(accepted, credit, keeps_rate, now);
        accepted.then(|| payment.clone()).ok_or(StoreError::AcceptedOtherwise { id })
    }

    async fn take_back(
        &self,
        id: PaymentId,
        take_backs: &[TakeBack],
        now: DateTime<Utc>,
    ) -> Result<TakenBack, StoreError> {
        let mut rows = self.lock();
        let row = row(&mut rows, id)?;
        let before = row.take_backs.clone();
        for news in take_backs {
            let known = row.take_backs.entry(news.id.clone()).or_insert_with(|| news.clone());
            *known = known.merged_with(news);
        }
        let payment = &mut row.payment;
        if row.take_backs != before {
            payment.revision += 1;
            payment.updated_at = now;
        }
        let currency = payment.amount.currency();
        let taken_back = TakenBack::of(row.take_backs.values(), currency, payment.revision);
        payment.taken_back = taken_back.total;
        Ok(taken_back)
    }

    async fn take_backs(&self, id: PaymentId) -> Result<Vec<TakeBack>, StoreError> {
        Ok(row(&mut self.lock(), id)?.take_backs.values().cloned().collect())
    }

    async fn record(
        &self,
        id: PaymentId,
        observation: &Observation,
        now: DateTime<Utc>,
    ) -> Result<Payment, StoreError> {
        let mut rows = self.lock();
        let payment = &mut row(&mut rows, id)?.payment;
        payment.observe(observation, now);
        Ok(payment.clone())
    }

    async fn list(&self, query: &PaymentQuery) -> Result<Vec<Payment>, StoreError> {
        let mut payments = self.all();
        payments.retain(|payment| query.admits(payment));
        payments.sort_by_key(|payment| std::cmp::Reverse(payment.id));
        payments.truncate(usize::try_from(query.limit).unwrap_or(usize::MAX));
        Ok(payments)
    }

    async fn due_checks(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<Payment>, StoreError> {
        let mut rows = self.lock();
        let mut due: Vec<_> = rows
            .values_mut()
            .filter_map(|row| Some((row.payment.next_check_at?, row)))
            .filter(|(at, _)| *at <= now)
            .collect();
        due.sort_by_key(|(at, _)| *at);
        due.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        let put_off = |(_, row): (_, &mut Row)| {
            row.payment.next_check_at = Some(until);
            row.payment.clone()
        };
        Ok(due.into_iter().map(put_off).collect())
    }

    async fn checked(&self, seen: &Payment, next_check_at: Option<DateTime<Utc>>) -> Result<(), StoreError> {
        let mut rows = self.lock();
        let payment = &mut row(&mut rows, seen.id)?.payment;
        if (payment.status, payment.checks) == (seen.status, seen.checks) {
            payment.checks += 1;
            payment.next_check_at = next_check_at;
        }
        Ok(())
    }
}
