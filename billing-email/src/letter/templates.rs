use std::{
    io,
    path::{Path, PathBuf},
};

use billing_core::Language;
use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, State, UndefinedBehavior, Value, syntax::SyntaxConfig,
    value::Rest,
};

use super::{
    Letter,
    files::{self, FILES, LAYOUT_HTML, LAYOUT_TEXT},
};
use crate::words::{Form, form, one_line, without_controls};

/// The longest subject: what is longer is of no use in a list of letters.
const LONGEST_SUBJECT_CHARS: usize = 150;

/// The words of all letters, set twice: as a page and as plain text.
#[derive(Debug)]
pub(crate) struct Templates {
    html: Environment<'static>,
    text: Environment<'static>,
}

/// Why templates can't be used.
#[derive(Debug)]
pub(crate) enum TemplateFault {
    /// The folder, or something in it, can't be read.
    Unreadable(PathBuf, io::Error),
    /// A file of a name that no template has: a slip that would go unnoticed.
    Unknown(PathBuf),
    /// One fails.
    Broken(Error),
}

impl From<Error> for TemplateFault {
    fn from(error: Error) -> Self {
        Self::Broken(error)
    }
}

impl Templates {
    /// Our own, and in their place those of `folder`.
    pub(crate) fn load(folder: Option<&Path>) -> Result<Self, TemplateFault> {
        let overrides = folder.map(files::read).transpose()?.unwrap_or_default();
        let mut templates = Self {
            html: environment(LAYOUT_HTML, AutoEscape::Html)?,
            text: environment(LAYOUT_TEXT, AutoEscape::None)?,
        };
        for (name, source) in overrides {
            templates.html.add_template_owned(name, source.clone())?;
            templates.text.add_template_owned(name, source)?;
        }
        Ok(templates)
    }

    /// The file that has the words of a kind.
    pub(crate) fn file(kind: &str, language: Language) -> String {
        format!("{language}/{kind}.jinja")
    }

    /// The letter of a kind.
    pub(crate) fn render(&self, kind: &str, language: Language, values: Value) -> Result<Letter, Error> {
        let name = Self::file(kind, language);
        let html = self.html.get_template(&name)?.render(values.clone())?;
        let mut text = self.text.get_template(&name)?.render_captured(values)?;
        let subject = text.with_state_mut(|state| state.render_block("subject"))?;
        let subject = one_line(&subject, LONGEST_SUBJECT_CHARS);
        if subject.is_empty() {
            return Err(Error::new(ErrorKind::InvalidOperation, "it has no subject"));
        }
        Ok(Letter { subject, html: without_empty_lines(&html), text: tidy(&text.into_output()) })
    }
}

fn environment(layout: &'static str, escaping: AutoEscape) -> Result<Environment<'static>, Error> {
    let mut environment = Environment::new();
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?;
    environment.set_syntax(syntax);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(move |_| escaping.clone());
    environment.add_global("layout", layout);
    environment.add_filter("counted", counted);
    for (name, source) in FILES {
        environment.add_template(name, source)?;
    }
    Ok(environment)
}

/// A number with the form of a noun that goes with it, among those that the language has: `5 годин`.
#[expect(clippy::needless_pass_by_value, reason = "filters take what they are given")]
fn counted(state: &State<'_, '_>, count: u64, forms: Rest<String>) -> Result<String, Error> {
    let language = state.lookup("language").map(|language| language.to_string());
    let language: Language = language.unwrap_or_default().parse().unwrap_or_default();
    let (one, few, many) = match (language, forms.as_slice()) {
        (Language::En, [one, many]) => (one, many, many),
        (Language::Uk, [one, few, many]) => (one, few, many),
        _ => {
            let problem = "counted needs two forms in English, three in Ukrainian";
            return Err(Error::new(ErrorKind::InvalidOperation, problem));
        }
    };
    let noun = match form(count, language) {
        Form::One => one,
        Form::Few => few,
        Form::Many => many,
    };
    Ok(format!("{count}\u{a0}{noun}"))
}

/// Lines without what their templates have left around them, and one blank line where there were several.
fn tidy(text: &str) -> String {
    let mut tidied = String::with_capacity(text.len());
    let mut blank = true;
    for line in text.lines().map(without_controls) {
        let line = line.trim();
        if !(line.is_empty() && blank) {
            tidied.push_str(line);
            tidied.push('\n');
        }
        blank = line.is_empty();
    }
    tidied.truncate(tidied.trim_end().len());
    tidied.push('\n');
    tidied
}

fn without_empty_lines(html: &str) -> String {
    let lines = html.lines().filter(|line| !line.trim().is_empty());
    lines.fold(String::with_capacity(html.len()), |page, line| page + line + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_tidy() {
        assert_eq!(tidy("\n\n a \n\n\n\nb  \n\t\n"), "a\n\nb\n");
        assert_eq!(tidy("a\u{202e}b\n"), "a b\n");
    }

    #[test]
    fn a_noun_takes_the_form_of_its_number() {
        let templates = Templates::load(None).unwrap_or_else(|fault| panic!("{fault:?}"));
        let say = |template: &'static str, language: &str| {
            let values = minijinja::context! { language => language };
            templates.text.render_str(template, values).map_err(|error| error.to_string())
        };
        assert_eq!(say("{{ 21 | counted('година', 'години', 'годин') }}", "uk").unwrap(), "21\u{a0}година");
        assert_eq!(say("{{ 3 | counted('година', 'години', 'годин') }}", "uk").unwrap(), "3\u{a0}години");
        assert_eq!(say("{{ 11 | counted('година', 'години', 'годин') }}", "uk").unwrap(), "11\u{a0}годин");
        assert_eq!(say("{{ 1 | counted('hour', 'hours') }}", "en").unwrap(), "1\u{a0}hour");
        assert_eq!(say("{{ 21 | counted('hour', 'hours') }}", "en").unwrap(), "21\u{a0}hours");
        assert!(
            say("{{ 3 | counted('година', 'годин') }}", "uk").unwrap_err().contains("three in Ukrainian")
        );
    }
}
