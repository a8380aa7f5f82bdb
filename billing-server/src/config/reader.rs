use std::fmt;

use super::{Environment, Variable};

/// Reads variables one by one and remembers everything that is wrong with them.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    environment: &'a Environment,
    problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(environment: &'a Environment) -> Self {
        Self { environment, problems: Vec::new() }
    }

    /// The value or default as text.
    pub(super) fn text(&self, variable: &Variable) -> Option<&'a str> {
        self.environment.get(variable).or(variable.default)
    }

    /// The value or default, understood by `parse`. `None` when there is neither, or a problem was noted.
    pub(super) fn parse<T, P: fmt::Display>(
        &mut self,
        variable: &'static Variable,
        parse: impl FnOnce(&str) -> Result<T, P>,
    ) -> Option<T> {
        match parse(self.text(variable)?) {
            Ok(value) => Some(value),
            Err(problem) => {
                self.note(variable, problem.to_string());
                None
            }
        }
    }

    /// Like [`parse`](Reader::parse); notes a problem when there is no value.
    pub(super) fn require<T, P: fmt::Display>(
        &mut self,
        variable: &'static Variable,
        why: &str,
        parse: impl FnOnce(&str) -> Result<T, P>,
    ) -> Option<T> {
        if self.text(variable).is_none() {
            self.note(variable, format!("is not set; {why}"));
        }
        self.parse(variable, parse)
    }

    pub(super) fn note(&mut self, variable: &'static Variable, problem: impl Into<String>) {
        self.problems.push(Problem { name: variable.name, problem: problem.into() });
    }

    /// What was read, unless there was a problem. Where there was none, all values are there.
    pub(super) fn finish<T>(self, value: Option<T>) -> Result<T, ConfigError> {
        value.filter(|_| self.problems.is_empty()).ok_or(ConfigError { problems: self.problems })
    }
}

/// Everything that is wrong with the configuration. Values are not repeated: they may be secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    problems: Vec<Problem>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Problem {
    name: &'static str,
    problem: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("configuration can't be used:")?;
        self.problems.iter().try_for_each(|Problem { name, problem }| write!(f, "\n  {name} {problem}"))
    }
}

impl std::error::Error for ConfigError {}
