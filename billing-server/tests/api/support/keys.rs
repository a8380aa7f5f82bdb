use super::Launch;

/// A key that was just made.
#[derive(Clone, Debug)]
pub(crate) struct NewKey {
    pub(crate) id: String,
    /// The whole secret.
    pub(crate) secret: String,
}

/// Commands beside a sandbox.
pub(crate) fn beside_sandbox(launch: &Launch) -> Launch {
    launch.clone().with_env("DATA_DIR", launch.sandbox_folder().display().to_string())
}

/// Makes a key of these scopes by a command beside the server.
#[track_caller]
pub(crate) fn new_key(beside: &Launch, name: &str, scopes: &[&str]) -> NewKey {
    let mut arguments = vec!["admin", "keys", "create", "--name", name, "--actor", "olena"];
    arguments.extend(scopes.iter().flat_map(|scope| ["--scope", scope]));
    let printed = beside.printed(&arguments);
    let value = |label: &str| {
        let line = printed.lines().find_map(|line| line.strip_prefix(label));
        line.unwrap_or_else(|| panic!("{label} in {printed}")).trim().to_owned()
    };
    NewKey { id: value("id "), secret: value("key ") }
}
