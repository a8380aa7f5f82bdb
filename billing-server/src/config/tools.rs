use std::time::Duration;

use super::{Url, parse, reader::Reader, variables};

/// The tools that paid calls go on to.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Tools {
    /// Where they are: `/api/tools` is looked for there.
    pub url: Url,
    /// How long they may take to begin their answer.
    pub timeout: Duration,
    /// How long they may be silent within it.
    pub idle_timeout: Duration,
}

/// The tools are on as soon as their address is set, and need prices then.
pub(super) fn read(reader: &mut Reader<'_>) -> Option<Tools> {
    let timeout = reader.parse(&variables::TOOLS_TIMEOUT, parse::tools_timeout);
    let idle_timeout = reader.parse(&variables::TOOLS_IDLE_TIMEOUT, parse::tools_timeout);
    let url = reader.parse(&variables::TOOLS_UPSTREAM_URL, parse::url)?;
    let why = "TOOLS_UPSTREAM_URL needs it: what has no price can't be called";
    reader.require(&variables::PRICES_FILE, why, |_| Ok::<_, &str>(()));
    Some(Tools { url, timeout: timeout?, idle_timeout: idle_timeout? })
}
