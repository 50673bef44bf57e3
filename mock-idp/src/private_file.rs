//! Files that only their owner may read.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

/// Writes a file that nobody else can read at any time: not even between its creation and its last byte.
pub(crate) fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut file = only_for_me(path)?;
    file.write_all(text.as_bytes())
}

#[cfg(unix)]
fn only_for_me(path: &Path) -> io::Result<File> {
    use std::fs::Permissions;
    use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
    let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    // One that was there already keeps what it allowed.
    file.set_permissions(Permissions::from_mode(0o600))?;
    Ok(file)
}

#[cfg(not(unix))]
fn only_for_me(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(true).open(path)
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn only_the_owner_may_read_it_whether_it_is_new_or_was_open_to_everybody() {
        let path = std::env::temp_dir().join(format!("mock-idp-private-{}", std::process::id()));
        let mode = || fs::metadata(&path).unwrap().permissions().mode() & 0o777;

        write(&path, "a longer secret").unwrap();
        let fresh = mode();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        write(&path, "secret").unwrap();

        assert_eq!((fresh, mode()), (0o600, 0o600));
        assert_eq!(fs::read_to_string(&path).unwrap(), "secret");
        fs::remove_file(&path).unwrap();
    }
}
