//! The authority, and the certificates that it signs: honest ones, and those that nobody may believe.

use std::fmt::Display;
use std::fs;
use std::path::Path;
use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, Error, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::fault::BadCertificate;
use crate::private_file;

/// What browsers accept at most is 825 days.
const LIFETIME: Duration = Duration::from_hours(24 * 800);
/// A clock that is a little wrong does not matter.
const BEFORE: Duration = Duration::from_hours(24);

const NAME: &str = "mock-idp local authority, for development only";

/// The local authority of a folder.
///
/// ```
/// # fn example() -> Result<(), String> {
/// # let now = 1_800_000_000;
/// let authority = mock_idp::tls::Authority::of(std::path::Path::new("certificates"))?;
/// let issued = authority.issue(&["localhost".to_owned()], now)?;
/// println!("{}", issued.certificate);
/// # Ok(())
/// # }
/// ```
pub struct Authority {
    certificate: String,
    key: KeyPair,
}

/// A certificate and its private key, both as PEM.
pub struct Issued {
    /// The certificate.
    pub certificate: String,
    /// Its key.
    pub key: String,
}

/// A certificate and its private key, to serve with.
pub(super) struct Identity {
    pub(super) certificate: CertificateDer<'static>,
    pub(super) key: PrivateKeyDer<'static>,
}

impl Authority {
    /// Reads it from `ca.pem` and `ca-key.pem`, or makes it if it is not there.
    pub fn of(folder: &Path) -> Result<Self, String> {
        let (certificate, key) = (folder.join("ca.pem"), folder.join("ca-key.pem"));
        let problem = |what: &dyn Display| {
            format!(
                "the certificate authority in {}: {what}; remove the folder to have a new one, or choose another \
                 with tls_folder",
                folder.display()
            )
        };
        if !certificate.exists() || !key.exists() {
            let fresh = KeyPair::generate().map_err(|error| problem(&error))?;
            let made = authority(NAME).self_signed(&fresh).map_err(|error| problem(&error))?;
            fs::create_dir_all(folder).map_err(|error| problem(&error))?;
            private_file::write(&key, &fresh.serialize_pem()).map_err(|error| problem(&error))?;
            fs::write(&certificate, made.pem()).map_err(|error| problem(&error))?;
        }
        let key = fs::read_to_string(&key).map_err(|error| problem(&error))?;
        Ok(Self {
            certificate: fs::read_to_string(&certificate).map_err(|error| problem(&error))?,
            key: KeyPair::from_pem(&key).map_err(|error| problem(&error))?,
        })
    }

    /// Its own certificate as PEM, which whoever shall trust it needs.
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// A certificate for a server under these names, valid from a day before `now`, in Unix seconds, for 800 days.
    pub fn issue(&self, names: &[String], now: i64) -> Result<Issued, String> {
        let key = KeyPair::generate().map_err(|error| unnamed(names, &error))?;
        let signed = server(names, now)
            .and_then(|params| params.signed_by(&key, &Issuer::new(authority(NAME), &self.key)));
        let certificate = signed.map_err(|error| unnamed(names, &error))?.pem();
        Ok(Issued { certificate, key: key.serialize_pem() })
    }

    /// What a server proves itself with: honestly, or with something that nobody may believe.
    pub(super) fn identity(
        &self,
        names: &[String],
        now: i64,
        bad: Option<BadCertificate>,
    ) -> Result<Identity, String> {
        let problem = |error: &dyn Display| unnamed(names, error);
        let key = KeyPair::generate().map_err(|error| problem(&error))?;
        let certificate = self.signed(names, now, bad, &key).map_err(|error| problem(&error))?;
        let private = PrivateKeyDer::try_from(key.serialize_der()).map_err(|error| problem(&error))?;
        Ok(Identity { certificate, key: private })
    }

    fn signed(
        &self,
        names: &[String],
        now: i64,
        bad: Option<BadCertificate>,
        key: &KeyPair,
    ) -> Result<CertificateDer<'static>, Error> {
        let mut params = server(names, now)?;
        match bad {
            Some(BadCertificate::Expired) => {
                params.not_before -= LIFETIME;
                params.not_after = params.not_before + LIFETIME - BEFORE;
            }
            Some(BadCertificate::NotYetValid) => params.not_before += 2 * BEFORE,
            Some(BadCertificate::OtherName) => params = server(&["somebody-else.test".to_owned()], now)?,
            Some(BadCertificate::SelfSigned) => return Ok(params.self_signed(key)?.der().clone()),
            Some(BadCertificate::OtherAuthority) => {
                let stranger = Issuer::new(authority("an authority that nobody knows"), KeyPair::generate()?);
                return Ok(params.signed_by(key, &stranger)?.der().clone());
            }
            Some(BadCertificate::Damaged) | None => {}
        }
        let honest = params.signed_by(key, &Issuer::new(authority(NAME), &self.key))?.der().to_vec();
        Ok(if bad == Some(BadCertificate::Damaged) { damaged(honest) } else { honest }.into())
    }
}

/// One bit of the signature, which stands at the end, is another.
fn damaged(mut certificate: Vec<u8>) -> Vec<u8> {
    if let Some(last) = certificate.last_mut() {
        *last ^= 1;
    }
    certificate
}

fn unnamed(names: &[String], error: &dyn Display) -> String {
    format!("no certificate for {}: {error}; write host names and addresses as tls_hosts", names.join(", "))
}

/// What a server's certificate says.
fn server(names: &[String], now: i64) -> Result<CertificateParams, Error> {
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name.push(DnType::CommonName, "mock-idp");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    let now = date_time_ymd(1970, 1, 1) + Duration::from_secs(u64::try_from(now).unwrap_or_default());
    params.not_before = now - BEFORE;
    params.not_after = now + LIFETIME;
    Ok(params)
}

/// What the authority's certificate says. It is the same every time, so that only the key has to be kept.
fn authority(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.not_before = date_time_ymd(2025, 1, 1);
    params.not_after = date_time_ymd(2045, 1, 1);
    params
}
