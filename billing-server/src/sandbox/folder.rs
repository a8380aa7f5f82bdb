use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::BoxError;

const SECRETS: &str = "secrets.json";
/// Of each made-up secret; shown as two hexadecimal digits a byte.
const SECRET_BYTES: usize = 32;

/// The sandbox's folder: only its owner may look into it.
#[derive(Debug)]
pub(super) struct Folder(PathBuf);

/// What the sandbox has made up, once.
#[derive(Serialize, Deserialize)]
pub(super) struct Secrets {
    pub(super) jwt_secret: String,
    pub(super) stripe_secret_key: String,
    pub(super) stripe_publishable_key: String,
    pub(super) stripe_webhook_secret: String,
    pub(super) fondy_secret_key: String,
}

impl Folder {
    /// Makes it, or goes on in it.
    pub(super) fn open(path: PathBuf) -> Result<Self, BoxError> {
        let make = || -> io::Result<()> {
            DirBuilder::new().recursive(true).mode(0o700).create(&path)?;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o700))
        };
        make().map_err(|error| format!("folder {} can't be used: {error}", path.display()))?;
        Ok(Self(path))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// The secrets of an earlier start, else fresh ones.
    pub(super) fn secrets(&self) -> Result<Secrets, BoxError> {
        let path = self.file(SECRETS);
        match fs::read_to_string(&path) {
            Ok(text) => serde_json::from_str(&text)
                .map_err(|_| format!("{} can't be read; remove it to begin anew", path.display()).into()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let secrets = Secrets::random()?;
                self.write(SECRETS, &serde_json::to_string_pretty(&secrets)?)?;
                Ok(secrets)
            }
            Err(error) => Err(format!("{} can't be read: {error}", path.display()).into()),
        }
    }

    /// Writes a file that only its owner may read; whoever reads it sees all of it or what was before.
    pub(super) fn write(&self, name: &str, text: &str) -> Result<PathBuf, BoxError> {
        let (path, draft) = (self.file(name), self.file(&format!("{name}.draft")));
        let write = || -> io::Result<()> {
            let mut file = create_private(&draft)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            fs::rename(&draft, &path)
        };
        write().map_err(|error| format!("{} can't be written: {error}", path.display()))?;
        Ok(path)
    }
}

fn create_private(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    // The mode above does not change a file that is there already.
    file.set_permissions(fs::Permissions::from_mode(0o600))?;
    Ok(file)
}

impl Secrets {
    fn random() -> Result<Self, getrandom::Error> {
        let secret = |prefix: &str| {
            let mut bytes = [0; SECRET_BYTES];
            getrandom::fill(&mut bytes)?;
            Ok(format!("{prefix}{}", hex::encode(bytes)))
        };
        Ok(Self {
            jwt_secret: secret("")?,
            stripe_secret_key: secret("sk_test_")?,
            stripe_publishable_key: secret("pk_test_")?,
            stripe_webhook_secret: secret("whsec_")?,
            fondy_secret_key: secret("")?,
        })
    }
}
