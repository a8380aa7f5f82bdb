//! A history as a file: whole, harmless, and never cut short in silence.
use std::time::Duration;

use billing_core::{
    AccountId, Adjust, Breakdown, Charge, Currency, Ledger, LedgerSettings, Money, Operation, PostingId,
    TopUp,
};
use billing_sqlx::{PostgresStore, SqliteStore};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};

use crate::support::{Answer, Api, Launch, Postgres, sqlite_url, turn};

const FILE: &str = "/api/billing/history.csv";

const HOSTILE: [&str; 12] = [
    "=HYPERLINK(\"http://evil.example\",\"click\")",
    "+1",
    "-2+3",
    "@SUM(A1)",
    "a,b;c",
    "say \"hi\"",
    "'quoted'",
    "  =spaced",
    "Пошук справ ✓",
    "search_cases",
    "\u{feff}=mark",
    "{\"a\":1}",
];

fn usd(text: &str) -> Money {
    Money::parse(text, Currency::USD).unwrap()
}

fn anna() -> AccountId {
    AccountId::new("anna").unwrap()
}

/// A history of 73 lines: a top-up, charges and corrections, all with hostile texts.
async fn fill(ledger: &dyn Ledger) {
    ledger.top_up(TopUp::new(PostingId::new(), anna(), usd("9"), "stripe")).await.unwrap();
    for number in 0..60 {
        let operation = Operation::new(HOSTILE[number % HOSTILE.len()]).unwrap();
        let charge = Charge::new(PostingId::new(), anna(), usd("0.000123"), operation);
        let breakdown = Breakdown::new(format!("{{\"n\": {number},\n \"text\": \"a, \\\"b\\\"\"}}")).unwrap();
        let charge = if number % 3 == 0 { charge.with_breakdown(breakdown) } else { charge };
        ledger.charge(charge).await.unwrap();
    }
    for memo in HOSTILE {
        let adjust = Adjust::new(PostingId::new(), anna(), usd("-0.01"), "olena", memo);
        ledger.adjust(adjust).await.unwrap();
    }
}

/// Copies everything that is there so many times, later in the history.
async fn copy(database_url: &str, times: u32) {
    let is_sqlite = database_url.starts_with("sqlite:");
    let id = if is_sqlite { "randomblob(16)" } else { "gen_random_uuid()" };
    let columns = "account, kind, debit_account, credit_account, amount, balance_after, uncollected, late, operation, \
        breakdown, memo, actor, created_at";
    let copy = format!(
        "WITH RECURSIVE copies (number) AS \
        (SELECT 1 UNION ALL SELECT number + 1 FROM copies WHERE number < {times}) \
        INSERT INTO postings (id, sequence, {columns}) \
        SELECT {id}, sequence + 1000 * number, {columns} FROM postings, copies"
    );
    if is_sqlite {
        let mut connection = SqliteConnection::connect(database_url).await.unwrap();
        sqlx::query(AssertSqlSafe(copy)).execute(&mut connection).await.unwrap();
    } else {
        let mut connection = PgConnection::connect(database_url).await.unwrap();
        sqlx::query(AssertSqlSafe(copy)).execute(&mut connection).await.unwrap();
    }
}

/// All transactions, page by page.
async fn history(user: &Api) -> Vec<Value> {
    let (mut transactions, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = user.get(&format!("/api/billing/history?limit=100{cursor}")).await.expect(200);
        let mut page = page.json();
        transactions.append(page["transactions"].as_array_mut().unwrap());
        match page["pagination"]["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return transactions,
        }
    }
}

/// A file, read back: a map of each line by its columns.
fn read(file: &Answer) -> Vec<Value> {
    let text = file.text.strip_prefix('\u{feff}').expect("a byte order mark");
    assert!(text.ends_with("\r\n"));
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let columns = reader.headers().unwrap().clone();
    let line = |record: csv::StringRecord| {
        columns.iter().zip(record.iter()).map(|(name, cell)| (name.to_owned(), Value::from(cell))).collect()
    };
    reader.records().map(|record| line(record.unwrap())).collect()
}

/// What stands in a cell for a value of the history.
fn cell(column: &str, value: &Value) -> String {
    let text = match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let is_text = ["operation", "description", "payment_provider"].contains(&column);
    if is_text && text.starts_with(['=', '+', '-', '@']) { format!("'{text}") } else { text }
}

fn compare(lines: &[Value], transactions: &[Value]) {
    assert_eq!(lines.len(), transactions.len());
    for (line, transaction) in lines.iter().zip(transactions) {
        for (column, told) in line.as_object().unwrap() {
            let (told, value) = (told.as_str().unwrap(), &transaction[column]);
            if column.ends_with("_usd") {
                let number = |text: &str| text.parse::<rust_decimal::Decimal>().unwrap();
                assert_eq!(number(told), number(&value.to_string()), "{column} of {transaction}");
            } else if column == "breakdown" && !value.is_null() {
                assert_eq!(&serde_json::from_str::<Value>(told).unwrap(), value);
            } else {
                assert_eq!(told, cell(column, value), "{column} of {transaction}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_holds_the_whole_history_and_no_formula() {
    let folder = tempfile::tempdir().unwrap();
    let url = sqlite_url(folder.path());
    let server = Launch::serve().with_env("DATABASE_URL", &url).start().await;
    let user = server.api_as("anna");
    let store = SqliteStore::connect(&url, LedgerSettings::new(Currency::USD)).await.unwrap();
    fill(&store).await;
    store.close().await;
    copy(&url, 69).await;

    let file = user.get(FILE).await.expect(200);
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    let name = file.header("content-disposition");
    let date = name.strip_prefix("attachment; filename=\"billing-history-").unwrap();
    assert!(date.ends_with(".csv\"") && date.len() == "2026-11-28.csv\"".len(), "{name}");
    let (lines, transactions) = (read(&file), history(&user).await);
    assert_eq!(lines.len(), 70 * 73);
    compare(&lines, &transactions);

    let filtered = read(&user.get(&format!("{FILE}?operation=%2B1&type=charge")).await.expect(200));
    assert!(!filtered.is_empty() && filtered.iter().all(|line| line["operation"] == "'+1"), "{filtered:?}");
    let nothing = server.api_as("boris").get(FILE).await.expect(200);
    assert_eq!((read(&nothing).len(), nothing.text.matches("\r\n").count()), (0, 1));
    user.get(&format!("{FILE}?type=all")).await.expect_error(400, "INVALID_QUERY");
    server.anybody().get(FILE).await.expect_error(401, "UNAUTHORIZED");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_breaks_off_when_the_database_goes() {
    let _turn = turn().await;
    let postgres = Postgres::start();
    let url = postgres.url().await;
    let server = Launch::serve().with_env("DATABASE_URL", &url).start().await;
    let store = PostgresStore::connect(&url, 2, LedgerSettings::new(Currency::USD)).unwrap();
    store.top_up(TopUp::new(PostingId::new(), anna(), usd("9"), "stripe")).await.unwrap();
    let charge = Charge::new(PostingId::new(), anna(), usd("1"), Operation::new("search").unwrap());
    let breakdown = Breakdown::new(format!("{{\"text\":\"{}\"}}", "x".repeat(7_000))).unwrap();
    store.charge(charge.with_breakdown(breakdown)).await.unwrap();
    store.close().await;
    // No buffer on the way takes the whole file.
    copy(&url, 5_000).await;
    let user = server.api_as("anna");
    let mut file = user.request(reqwest::Method::GET, FILE).send().await.unwrap();
    assert_eq!(file.status(), 200);
    file.chunk().await.unwrap().expect("the first lines");
    postgres.kill();
    let rest = tokio::time::timeout(Duration::from_mins(1), async move {
        while file.chunk().await?.is_some() {}
        Ok::<_, reqwest::Error>(())
    });
    assert!(rest.await.unwrap().is_err(), "a file that is not whole ended as if it were");
    assert!(server.log().contains("broke off"), "{}", server.log());
    user.get(FILE).await.expect_error(503, "DATABASE_UNAVAILABLE");
}
