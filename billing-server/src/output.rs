//! Answers of commands, on standard output.
use std::{
    fmt::Display,
    io::{self, Write as _},
};

/// Writes one line.
///
/// # Errors
/// When standard output is closed.
pub(crate) fn print(line: impl Display) -> io::Result<()> {
    let mut output = io::stdout().lock();
    writeln!(output, "{line}")?;
    output.flush()
}
