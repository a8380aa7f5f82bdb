use std::{fs, path::Path};

use billing_core::{Language, Notifier as _, NotifyError};
use billing_email::EmailTransport;
use tempfile::TempDir;

use crate::{
    mail_server::notifier,
    reading::{paid, read},
};

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_letter_is_one_file_however_often_it_is_written() {
    let folder = TempDir::new().unwrap();
    let mailbox = folder.path().join("a/mailbox");
    let notifier = notifier(EmailTransport::File(mailbox.clone()));
    let mut notification = paid("olena@example.com", Language::Uk);
    notifier.notify(&notification).await.unwrap();
    notifier.notify(&notification).await.unwrap();
    let [name] = &names(&mailbox)[..] else { panic!("{:?}", names(&mailbox)) };
    assert!(
        name.starts_with("20261128T034342.000Z-") && name.split('.').next_back() == Some("eml"),
        "{name}"
    );
    let letter = read(&fs::read(mailbox.join(name)).unwrap());
    assert_eq!(letter.subject, "Рахунок поповнено на 12,40\u{a0}$");

    // No key leads out of the folder.
    "../../a/\0\r\n".clone_into(&mut notification.key);
    notifier.notify(&notification).await.unwrap();
    assert_eq!(names(&mailbox).len(), 2);
    assert_eq!(names(&folder.path().join("a")), ["mailbox"]);
}

#[cfg(unix)]
#[tokio::test]
async fn only_its_owner_reads_a_letter() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = TempDir::new().unwrap();
    let mailbox = folder.path().join("mailbox");
    let notifier = notifier(EmailTransport::File(mailbox.clone()));
    notifier.notify(&paid("olena@example.com", Language::Uk)).await.unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&mailbox), 0o700);
    assert_eq!(mode(&mailbox.join(&names(&mailbox)[0])), 0o600);
}

#[tokio::test]
async fn a_folder_that_is_gone_is_waited_for() {
    let folder = TempDir::new().unwrap();
    let mailbox = folder.path().join("mailbox");
    let notifier = notifier(EmailTransport::File(mailbox.clone()));
    fs::remove_dir(&mailbox).unwrap();
    let error = notifier.notify(&paid("olena@example.com", Language::Uk)).await.unwrap_err();
    assert!(error.is_retryable(), "{error:?}");
    let error = notifier.notify(&paid("olena", Language::Uk)).await.unwrap_err();
    assert!(matches!(error, NotifyError::Refused(_)), "{error:?}");
}
