use std::{collections::BTreeMap, env, fmt};

use super::{VARIABLES, Variable};

/// The environment as the configuration sees it: only variables of the table, blank ones left out.
#[derive(Clone, Default)]
pub struct Environment(BTreeMap<&'static str, String>);

impl Environment {
    /// The process's own. Nothing else of this crate reads it.
    pub fn of_process() -> Self {
        let value = |name| env::var_os(name).map(|value| value.to_string_lossy().into_owned());
        VARIABLES
            .iter()
            .filter_map(|variable| Some((variable, value(variable.name)?)))
            .fold(Self::default(), |environment, (variable, value)| environment.with(variable, value))
    }

    /// With one variable set; a blank value unsets it.
    #[must_use]
    pub fn with(mut self, variable: &'static Variable, value: impl Into<String>) -> Self {
        let value = value.into();
        if value.trim().is_empty() {
            self.0.remove(variable.name);
        } else {
            self.0.insert(variable.name, value.trim().to_owned());
        }
        self
    }

    /// A value that is set.
    pub fn get(&self, variable: &Variable) -> Option<&str> {
        self.0.get(variable.name).map(String::as_str)
    }

    /// Each variable with what it is set to, secrets masked, for people.
    pub fn lines(&self) -> impl Iterator<Item = String> {
        VARIABLES.iter().map(|variable| {
            let shown = match (self.get(variable), variable.default) {
                (Some(_), _) if variable.secret => "(set, not shown)".to_owned(),
                (Some(value), _) => value.to_owned(),
                (None, Some(default)) => format!("{default} (default)"),
                (None, None) => "(unset)".to_owned(),
            };
            format!("{} = {shown}", variable.name)
        })
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.lines()).finish()
    }
}
