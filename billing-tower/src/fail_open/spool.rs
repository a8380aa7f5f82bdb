//! The file behind calls that were let through: a line of JSON for each thing that happened, on the disk before it
//! counts.
use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use billing_core::{AccountId, Authorize, Breakdown, Capture, Currency, HoldId, Money, Operation};
use serde::{Deserialize, Serialize};
use tokio::task::spawn_blocking;

use crate::settler::End;

/// What happened to a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// It was let through.
    Passed { hold: HoldId, account: AccountId, operation: Operation, amount: Money },
    /// It has ended; without a cost, for nothing.
    Ended { hold: HoldId, cost: Option<Money>, breakdown: Option<Breakdown> },
    /// The ledger knows.
    Settled { hold: HoldId },
}

/// A line as it is written.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Written {
    Passed { hold: HoldId, account: AccountId, operation: Operation, micros: i64, currency: String },
    Ended { hold: HoldId, cost: Option<Cost>, breakdown: Option<String> },
    Settled { hold: HoldId },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cost {
    micros: i64,
    currency: String,
}

impl Line {
    pub(super) fn passed(request: &Authorize) -> Self {
        Self::Passed {
            hold: request.id,
            account: request.account.clone(),
            operation: request.operation.clone(),
            amount: request.amount,
        }
    }

    pub(super) fn ended(hold: HoldId, end: &End) -> Self {
        let (cost, breakdown) = match end {
            End::Capture(Capture { amount, breakdown, .. }) => (Some(*amount), breakdown.clone()),
            End::Void(_) => (None, None),
        };
        Self::Ended { hold, cost, breakdown }
    }

    fn write(self) -> io::Result<Vec<u8>> {
        let code = |money: Money| money.currency().code().to_owned();
        let mut text = serde_json::to_vec(&match self {
            Self::Passed { hold, account, operation, amount } => {
                Written::Passed { hold, account, operation, micros: amount.micros(), currency: code(amount) }
            }
            Self::Ended { hold, cost, breakdown } => Written::Ended {
                hold,
                cost: cost.map(|cost| Cost { micros: cost.micros(), currency: code(cost) }),
                breakdown: breakdown.map(|breakdown| breakdown.as_str().to_owned()),
            },
            Self::Settled { hold } => Written::Settled { hold },
        })?;
        text.push(b'\n');
        Ok(text)
    }

    /// `None` when the text is no line of ours.
    fn read(text: &[u8]) -> Option<Self> {
        let money = |micros, currency: &str| {
            currency.parse().ok().map(|currency: Currency| Money::from_micros(micros, currency))
        };
        Some(match serde_json::from_slice(text).ok()? {
            Written::Passed { hold, account, operation, micros, currency } => {
                Self::Passed { hold, account, operation, amount: money(micros, &currency)? }
            }
            Written::Ended { hold, cost, breakdown } => {
                let cost = match cost {
                    Some(Cost { micros, currency }) => Some(money(micros, &currency)?),
                    None => None,
                };
                Self::Ended { hold, cost, breakdown: breakdown.and_then(|text| Breakdown::new(text).ok()) }
            }
            Written::Settled { hold } => Self::Settled { hold },
        })
    }
}

/// The file, which one process uses at a time.
#[derive(Debug)]
pub(super) struct Spool {
    path: PathBuf,
    file: Mutex<Tail>,
}

#[derive(Debug)]
struct Tail {
    file: File,
    length: u64,
    /// Whether the file ends, and is written on, where its last whole line ends.
    is_cut: bool,
}

impl Spool {
    /// Opens the file, with what is in it. A line without an end was not on the disk when the process died, so nothing
    /// was done for it: it is cut off.
    pub(super) async fn open(path: PathBuf) -> Result<(Arc<Self>, Vec<Line>), SpoolError> {
        blocking(move || {
            let failed = |source| SpoolError::Io { path: path.clone(), source };
            let mut options = OpenOptions::new();
            options.read(true).write(true).create(true).truncate(false);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut file = options.open(&path).map_err(failed)?;
            file.try_lock().map_err(|error| match error {
                TryLockError::WouldBlock => SpoolError::InUse { path: path.clone() },
                TryLockError::Error(source) => failed(source),
            })?;
            let mut text = Vec::new();
            file.read_to_end(&mut text).map_err(failed)?;
            text.truncate(text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1));
            let lines = text
                .split_inclusive(|byte| *byte == b'\n')
                .enumerate()
                .map(|(index, line)| {
                    Line::read(line)
                        .ok_or_else(|| SpoolError::Unreadable { path: path.clone(), line: index + 1 })
                })
                .collect::<Result<_, _>>()?;
            let mut tail =
                Tail { file, length: u64::try_from(text.len()).unwrap_or(u64::MAX), is_cut: false };
            tail.cut().map_err(failed)?;
            // The name of a new file is on the disk once its folder is.
            if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
            }
            Ok((Arc::new(Self { path, file: Mutex::new(tail) }), lines))
        })
        .await
    }

    /// Writes a line, and waits until it is on the disk.
    ///
    /// # Cancel safety
    /// Dropping the future ends the waiting only.
    pub(super) async fn append(self: &Arc<Self>, line: Line) -> Result<(), SpoolError> {
        let spool = Arc::clone(self);
        blocking(move || spool.append_now(line)).await
    }

    /// The same, on this thread.
    pub(super) fn append_now(&self, line: Line) -> Result<(), SpoolError> {
        let written = line.write().and_then(|text| self.lock().append(&text));
        written.map_err(|source| SpoolError::Io { path: self.path.clone(), source })
    }

    /// Empties the file while nobody writes to it, if `is_done` says so then.
    pub(super) async fn clear_if<T: Send + 'static>(
        self: Arc<Self>,
        state: T,
        is_done: impl FnOnce(&T) -> bool + Send + 'static,
    ) {
        let cleared = blocking(move || {
            let mut tail = self.lock();
            if tail.length == 0 || !is_done(&state) {
                return Ok(());
            }
            tail.length = 0;
            tail.cut().map_err(|source| SpoolError::Io { path: self.path.clone(), source })
        });
        if let Err(error) = cleared.await {
            tracing::warn!("calls that are charged stay written down: {error}");
        }
    }

    fn lock(&self) -> MutexGuard<'_, Tail> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tail {
    fn append(&mut self, text: &[u8]) -> io::Result<()> {
        if !self.is_cut {
            self.cut()?;
        }
        // Until all of it is on the disk: half a line would spoil the next one.
        self.is_cut = false;
        self.file.write_all(text)?;
        self.file.sync_data()?;
        self.length += u64::try_from(text.len()).unwrap_or_default();
        self.is_cut = true;
        Ok(())
    }

    /// Drops what is behind the last whole line.
    fn cut(&mut self) -> io::Result<()> {
        self.is_cut = false;
        self.file.set_len(self.length)?;
        self.file.seek(SeekFrom::Start(self.length))?;
        self.file.sync_data()?;
        self.is_cut = true;
        Ok(())
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SpoolError> + Send + 'static,
) -> Result<T, SpoolError> {
    match spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(_stopped) => Err(SpoolError::Stopped),
    }
}

/// The file of calls that were let through can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SpoolError {
    /// The system says no.
    #[error("{} can't be used", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Another process has it open.
    #[error("{} is used by another process", path.display())]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// It holds what was not written by this crate.
    #[error("line {line} of {} can't be read; move the file away to go on without it", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Which line, counted from 1.
        line: usize,
    },
    /// The runtime is shutting down.
    #[error("the runtime is shutting down")]
    Stopped,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passed() -> Line {
        Line::Passed {
            hold: HoldId::new(),
            account: AccountId::new("користувач \"a\"").unwrap(),
            operation: Operation::new("search").unwrap(),
            amount: Money::from_micros(12_500, Currency::USD),
        }
    }

    #[tokio::test]
    async fn what_was_written_is_read_again_but_half_a_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("spool");
        let (spool, lines) = Spool::open(path.clone()).await.unwrap();
        assert!(lines.is_empty());
        let ended = |cost, breakdown| Line::Ended { hold: HoldId::new(), cost, breakdown };
        let cost = Some(Money::from_micros(7, Currency::USD));
        let written = [
            passed(),
            ended(cost, Some(Breakdown::new(r#"{"units": 3}"#).unwrap())),
            ended(None, None),
            Line::Settled { hold: HoldId::new() },
        ];
        for line in &written {
            spool.append(line.clone()).await.unwrap();
        }
        assert!(matches!(Spool::open(path.clone()).await, Err(SpoolError::InUse { .. })));
        drop(spool);
        let mut file = OpenOptions::new().append(true).open(&path).unwrap();
        // Torn in the middle of a letter.
        file.write_all(&"{\"passed\":{\"hold\":\"к".as_bytes()[..20]).unwrap();
        let (spool, lines) = Spool::open(path.clone()).await.unwrap();
        assert_eq!(lines, written);
        spool.append(passed()).await.unwrap();
        drop(spool);
        let (spool, lines) = Spool::open(path.clone()).await.unwrap();
        assert_eq!(lines.len(), 5);
        Arc::clone(&spool).clear_if((), |()| false).await;
        assert_ne!(std::fs::read(&path).unwrap(), b"");
        spool.clear_if((), |()| true).await;
        assert_eq!(std::fs::read(&path).unwrap(), b"");
    }

    #[tokio::test]
    async fn a_file_of_somebody_else_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("spool");
        std::fs::write(&path, "hello\n").unwrap();
        assert!(matches!(Spool::open(path.clone()).await, Err(SpoolError::Unreadable { line: 1, .. })));
        assert_eq!(std::fs::read(&path).unwrap(), b"hello\n");
    }
}
