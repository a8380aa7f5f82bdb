//! The text of a server-sent event.
use std::time::Duration;

use serde::Serialize;

/// An event whose data is JSON. `id` is the sequence number up to which the account's postings have been sent.
pub(super) fn event(name: &str, id: u64, data: &impl Serialize) -> Result<String, serde_json::Error> {
    // A line ends the data; in JSON it can only stand where any space may.
    let data = serde_json::to_string(data)?.replace(['\r', '\n'], " ");
    Ok(format!("event: {name}\nid: {id}\ndata: {data}\n\n"))
}

/// Asks to come back after a pause, where the connection is cut.
pub(super) fn retry(pause: Duration) -> String {
    format!("retry: {}\n\n", pause.as_millis())
}

/// What keeps a connection alive that has nothing to tell.
pub(super) const HEARTBEAT: &str = ": still here\n\n";

#[cfg(test)]
mod tests {
    use billing_core::Breakdown;

    use super::*;

    #[test]
    fn data_is_one_line() {
        let breakdown = Breakdown::new("{\r\n \"a\": \"b\\nc\",\n \"d\": 1\r}").unwrap();
        assert_eq!(
            event("posting", 7, &breakdown).unwrap(),
            "event: posting\nid: 7\ndata: {   \"a\": \"b\\nc\",  \"d\": 1 }\n\n"
        );
    }
}
