//! Keys of one's own in place of the published test keys, used by the whole process.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::keyring::{KeyName, is_in_use, public_octets};

/// The keys that a provider signs with or publishes.
pub(crate) const OWN_NAMES: &[KeyName] = &[
    KeyName::Rsa1,
    KeyName::Rsa2,
    KeyName::Rsa3,
    KeyName::Encryption,
    KeyName::Ec,
    KeyName::Ec2,
    KeyName::Ec3,
    KeyName::Ed,
    KeyName::Ed2,
    KeyName::Ed3,
];

/// The keys of a folder.
pub(super) struct Own {
    folder: PathBuf,
    kids: HashMap<KeyName, String>,
    der: HashMap<KeyName, Vec<u8>>,
}

static OWN: OnceLock<Own> = OnceLock::new();

/// The `kid` of a key of one's own, if there are such.
pub(super) fn kid(name: KeyName) -> Option<&'static str> {
    OWN.get()?.kids.get(&name).map(String::as_str)
}

/// The octets of a key of one's own, if there are such.
pub(super) fn der(name: KeyName) -> Option<Vec<u8>> {
    OWN.get()?.der.get(&name).cloned()
}

/// The name of a key's file in a folder.
pub(super) fn file_of(name: KeyName) -> String {
    format!("{}.pem", name.fixture().kid)
}

/// Signs with the keys of this folder from now on, in the whole process. It has to be said before the first key
/// is used.
pub(crate) fn use_keys(folder: &Path) -> Result<(), String> {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    if let Some(own) = OWN.get().filter(|own| own.folder == folder) {
        return own.folder.is_dir().then_some(()).ok_or_else(|| missing(&folder, "it"));
    }
    if OWN.get().is_some() || is_in_use() {
        return Err(format!(
            "keys = \"{}\": this process signs with other keys already; keys of one's own are for all providers \
             of a process, so name the same folder for each",
            folder.display()
        ));
    }
    let (mut der, mut kids) = (HashMap::new(), HashMap::new());
    for name in OWN_NAMES.iter().copied() {
        let file = file_of(name);
        let text = std::fs::read_to_string(folder.join(&file)).map_err(|_| missing(&folder, &file))?;
        let base64: String = text.lines().filter(|line| !line.starts_with("-----")).collect();
        let key = STANDARD.decode(base64.trim()).map_err(|_| wrong(&folder, &file))?;
        let public = public_octets(name, &key).ok_or_else(|| wrong(&folder, &file))?;
        kids.insert(name, kid_of(name, &public));
        der.insert(name, key);
    }
    // Somebody else may have been faster; then their keys count.
    let _ = OWN.set(Own { folder, kids, der });
    Ok(())
}

/// The name of the published key in its place, and the start of its own SHA-256.
fn kid_of(name: KeyName, public: &[u8]) -> String {
    let hash = digest(&SHA256, public);
    let hex = |hex: String, octet: &u8| format!("{hex}{octet:02x}");
    let short = hash.as_ref()[..4].iter().fold(String::new(), hex);
    format!("{}-{short}", name.fixture().kid)
}

fn missing(folder: &Path, file: &str) -> String {
    format!(
        "keys = \"{0}\": {file} is not there; make the folder with `mock-idp keys {0}`, with --force if it \
         has other keys",
        folder.display()
    )
}

fn wrong(folder: &Path, file: &str) -> String {
    format!(
        "keys = \"{0}\": {file} is no private key of its kind in PEM (PKCS#8); make new ones with `mock-idp keys \
         {0} --force`",
        folder.display()
    )
}
