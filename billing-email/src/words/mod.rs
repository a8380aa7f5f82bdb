//! How amounts, dates, numbers and reasons are said to people.
mod amount;
mod date;
mod plain;
mod plural;
mod reason;
mod span;

pub(crate) use amount::amount;
pub(crate) use date::moment;
pub(crate) use plain::{one_line, without_controls};
pub(crate) use plural::{Form, form};
pub(crate) use reason::failure;
pub(crate) use span::Span;
