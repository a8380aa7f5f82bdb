//! Telling browsers what changes, as server-sent events.
//!
//! One loop per server ([`look`]) asks the database what has changed of the accounts that somebody listens to, and puts it
//! on the board ([`Board`]), as news of each account. A connection ([`Listener`]) takes the news when it has sent what
//! came before. It remembers up to which posting it has sent, and reads from the history what a look did not bring: after
//! a cut, while the database was away, or because its reader is slow. So nothing is lost and nothing is kept for a reader
//! but his place.
mod board;
mod listener;
mod look;
mod message;

pub(crate) use self::{
    board::{Board, Full},
    listener::Listener,
    look::look,
};
