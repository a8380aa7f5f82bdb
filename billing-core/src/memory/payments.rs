use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::{
    Money, Observation, Payment, PaymentId, PaymentQuery, PaymentStore, StoreError, TakeBack, TakenBack,
};

/// Payments in memory.
#[derive(Debug, Default)]
pub struct MemoryPayments(Mutex<HashMap<PaymentId, Row>>);

#[derive(Debug)]
struct Row {
    payment: Payment,
    take_backs: BTreeMap<String, TakeBack>,
}

impl MemoryPayments {
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
        let row = rows
            .entry(payment.id)
            .or_insert_with(|| Row { payment: payment.clone(), take_backs: BTreeMap::new() });
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

    async fn attach(
        &self,
        id: PaymentId,
        external_id: &str,
        now: DateTime<Utc>,
    ) -> Result<Payment, StoreError> {
        let mut rows = self.lock();
        let gateway = row(&mut rows, id)?.payment.gateway.clone();
        let taken = rows.values().any(|row| {
            row.payment.id != id
                && row.payment.gateway == gateway
                && row.payment.external_id.as_deref() == Some(external_id)
        });
        let payment = &mut row(&mut rows, id)?.payment;
        if taken || payment.external_id.as_deref().is_some_and(|known| known != external_id) {
            return Err(StoreError::ExternalIdTaken { id, external_id: external_id.to_owned() });
        }
        if payment.external_id.is_none() {
            payment.external_id = Some(external_id.to_owned());
            payment.updated_at = now;
        }
        Ok(payment.clone())
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
        if row.take_backs != before {
            let total = row.take_backs.values().map(|take_back| take_back.net().micros()).sum();
            row.payment.taken_back = Money::from_micros(total, row.payment.amount.currency());
            row.payment.revision += 1;
            row.payment.updated_at = now;
        }
        Ok(TakenBack::new(row.payment.taken_back, row.payment.revision))
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
        let wanted = |payment: &Payment| {
            query.account.as_ref().is_none_or(|account| *account == payment.account)
                && query.status.is_none_or(|status| status == payment.status)
                && (!query.needs_review || payment.review.is_some())
        };
        let mut payments: Vec<_> =
            self.lock().values().map(|row| row.payment.clone()).filter(wanted).collect();
        payments.sort_by_key(|payment| std::cmp::Reverse(payment.id));
        payments.truncate(usize::try_from(query.limit).unwrap_or(usize::MAX));
        Ok(payments)
    }
}
