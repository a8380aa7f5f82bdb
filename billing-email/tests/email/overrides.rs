use std::fs;

use billing_core::Language;
use billing_email::{BuildError, EmailNotifier, EmailNotifierBuilder, EmailTransport};
use tempfile::TempDir;

use crate::reading::paid;

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, source) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, source).unwrap();
    }
    folder
}

fn builder(folder: &TempDir) -> EmailNotifierBuilder {
    EmailNotifier::builder("billing@example.com", EmailTransport::Log).with_templates(folder.path())
}

#[test]
fn a_template_takes_the_place_of_ours() {
    let own = folder(&[
        (
            "en/payment_succeeded.jinja",
            "{% extends \"en/common.jinja\" %}\n{% block subject %}Got {{ credited }}{% endblock %}\n\
             {% block title %}Hi {{ name }}{% endblock %}",
        ),
        ("layout.txt", "TEXT {% block subject %}{% endblock %} {% block title %}{% endblock %}"),
    ]);
    let notifier = builder(&own).build().unwrap();
    let letter = notifier.letter(&paid("olena@example.com", Language::En).with_name("<b>")).unwrap();
    assert_eq!(letter.subject(), "Got $12.40");
    assert_eq!(letter.text(), "TEXT Got $12.40 Hi <b>\n");
    assert!(letter.html().contains("Hi &lt;b&gt;"), "{}", letter.html());
    // The other language still has its own words.
    let letter = notifier.letter(&paid("olena@example.com", Language::Uk)).unwrap();
    assert_eq!(letter.subject(), "Рахунок поповнено на 12,40\u{a0}$");
    assert!(letter.text().starts_with("TEXT "));
    // It was read once.
    drop(own);
    assert!(notifier.letter(&paid("olena@example.com", Language::En)).is_ok());
}

#[test]
fn a_broken_template_is_named_with_its_line() {
    for (name, source, at, what) in [
        ("uk/test.jinja", "a\nb\n{% if %}\n", 3, "syntax"),
        (
            "en/limit_reached.jinja",
            "{% extends 'en/common.jinja' %}\n{% block subject %}\n{{ limt }}{% endblock %}",
            3,
            "undefined",
        ),
        ("en/balance_low.jinja", "\n{{ balance | nonsense }}", 2, "unknown filter"),
        ("uk/balance_low.jinja", "{% extends 'uk/missing.jinja' %}", 1, "template not found"),
        ("layout.html", "{% block title %}{% endblock %}\n\n\n{{ nobody.knows }}", 4, "undefined"),
        ("uk/payment_failed.jinja", "{% block subject %} {% endblock %}", 0, "no subject"),
        (
            "en/test.jinja",
            "{% block subject %}{{ 2 | counted('a', 'b', 'c') }}{% endblock %}",
            1,
            "two forms in English",
        ),
    ] {
        let own = folder(&[(name, source)]);
        let error = builder(&own).build().unwrap_err();
        let BuildError::Template { path, line, problem } = &error else { panic!("{name}: {error:?}") };
        assert_eq!((path, *line), (&own.path().join(name), at), "{error}");
        assert!(problem.contains(what), "{name}: {problem}");
        assert!(error.to_string().contains(name), "{error}");
    }
}

#[test]
fn a_template_that_nothing_would_use_is_a_slip() {
    let own = folder(&[("uk/payment_suceeded.jinja", "{% block subject %}a{% endblock %}")]);
    let error = builder(&own).build().unwrap_err();
    assert!(error.to_string().contains("payment_suceeded.jinja"), "{error}");
    // What is no template, is of no interest.
    let own = folder(&[("README.md", "ours"), (".hidden.html", "x"), ("uk/notes", "y")]);
    assert!(builder(&own).build().is_ok());
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let own = folder(&[]);
    let missing = own.path().join("missing");
    let error = builder(&own).with_templates(&missing).build().unwrap_err();
    assert!(matches!(&error, BuildError::Path { path, .. } if *path == missing), "{error}");
}
