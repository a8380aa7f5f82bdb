//! Times in the database: `timestamptz` on PostgreSQL, microseconds since 1970 on SQLite.
use chrono::{DateTime, Utc};

/// A time on its way to or from the database.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stamp(pub(crate) DateTime<Utc>);

#[cfg(feature = "postgres")]
mod postgres {
    use sqlx::{
        Decode, Encode, Postgres, Type,
        encode::IsNull,
        error::BoxDynError,
        postgres::{PgArgumentBuffer, PgTypeInfo, PgValueRef},
    };

    use super::{DateTime, Stamp, Utc};

    impl Type<Postgres> for Stamp {
        fn type_info() -> PgTypeInfo {
            <DateTime<Utc> as Type<Postgres>>::type_info()
        }
    }

    impl Encode<'_, Postgres> for Stamp {
        fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
            Encode::<Postgres>::encode_by_ref(&self.0, buffer)
        }
    }

    impl<'r> Decode<'r, Postgres> for Stamp {
        fn decode(value: PgValueRef<'r>) -> Result<Self, BoxDynError> {
            <DateTime<Utc> as Decode<Postgres>>::decode(value).map(Self)
        }
    }
}

#[cfg(feature = "sqlite")]
mod sqlite {
    use sqlx::{
        Decode, Encode, Sqlite, Type,
        encode::IsNull,
        error::BoxDynError,
        sqlite::{SqliteArgumentsBuffer, SqliteTypeInfo, SqliteValueRef},
    };

    use super::{DateTime, Stamp};

    impl Type<Sqlite> for Stamp {
        fn type_info() -> SqliteTypeInfo {
            <i64 as Type<Sqlite>>::type_info()
        }
    }

    impl Encode<'_, Sqlite> for Stamp {
        fn encode_by_ref(&self, buffer: &mut SqliteArgumentsBuffer) -> Result<IsNull, BoxDynError> {
            Encode::<Sqlite>::encode_by_ref(&self.0.timestamp_micros(), buffer)
        }
    }

    impl<'r> Decode<'r, Sqlite> for Stamp {
        fn decode(value: SqliteValueRef<'r>) -> Result<Self, BoxDynError> {
            let micros = <i64 as Decode<Sqlite>>::decode(value)?;
            DateTime::from_timestamp_micros(micros).map(Self).ok_or_else(|| "time is out of range".into())
        }
    }
}
