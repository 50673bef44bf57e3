//! Where an issuer is: what it is called, and under which URLs browsers and back ends reach it.

use crate::preset::Preset;
use crate::protocol::Object;
use crate::settings::TrustForwarded;

/// The URLs of a provider, without a final slash.
#[derive(Clone, Debug)]
pub(crate) struct Bases {
    /// What browsers use.
    pub(crate) public: String,
    /// The scheme of the port itself, without a proxy in front.
    pub(crate) scheme: &'static str,
    /// What back ends use, if that is another.
    pub(crate) internal: Option<String>,
    /// Whose word is taken for the URL of a request.
    pub(crate) trust: TrustForwarded,
}

/// Members of the metadata that a browser opens; the others are for back ends.
const FOR_BROWSERS: &[&str] =
    &["authorization_endpoint", "end_session_endpoint", "check_session_iframe", "service_documentation"];

/// Where an issuer is.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    bases: Bases,
    /// `/t/{slug}`, or nothing: where it is among our paths.
    ours: String,
    /// Where it is for everybody else: the same, or `/{slug}`.
    below: String,
    pub(crate) preset: Preset,
}

impl Place {
    pub(crate) fn new(bases: &Bases, slug: Option<&str>, preset: Preset) -> Self {
        let ours = slug.map(|slug| format!("/t/{slug}")).unwrap_or_default();
        Self { bases: bases.clone(), below: ours.clone(), ours, preset }
    }

    /// The same at `/{slug}` instead of `/t/{slug}`.
    pub(crate) fn at_root(self) -> Self {
        let below = self.ours.strip_prefix("/t").unwrap_or_default().to_owned();
        Self { below, ..self }
    }

    /// The URL below which everything is.
    pub(crate) fn base(&self) -> String {
        format!("{}{}", self.bases.public, self.below)
    }

    /// The issuer identifier.
    pub(crate) fn issuer(&self) -> String {
        let slash = if self.preset.trailing_slash { "/" } else { "" };
        format!("{}{}{slash}", self.base(), self.preset.issuer)
    }

    /// Our path for one that is another: because the vendor that is imitated has its own, or because the issuer
    /// is at the root.
    pub(crate) fn our_path(&self, path: &str) -> Option<String> {
        let rest = path.strip_prefix(&self.below)?;
        let rest = if rest.is_empty() { "/" } else { rest };
        match self.preset.our_path(rest) {
            Some(ours) => Some(format!("{}{ours}", self.ours)),
            None if self.is_at_root() => Some(format!("{}{rest}", self.ours)),
            None => None,
        }
    }

    /// Whether the issuer is at `/{slug}`.
    pub(crate) fn is_at_root(&self) -> bool {
        self.below != self.ours
    }

    /// Whether the URL under which a request came is the one for back ends.
    pub(crate) fn is_internal(&self, origin: &str) -> bool {
        self.bases.internal.as_deref() == Some(origin)
    }

    /// The metadata with the names and URLs that whoever asks for it shall use. It comes with everything below
    /// the base, at our own paths.
    pub(crate) fn relocated(&self, honest: Object, internal: bool) -> Object {
        let internal = self.bases.internal.as_ref().filter(|_| internal);
        if self.preset.is_nobodys() && internal.is_none() {
            return honest;
        }
        let base = self.base();
        let mut document = Object::default();
        for (name, raw) in honest.0 {
            if !self.preset.has_member(&name) {
                continue;
            }
            let url = serde_json::from_str::<String>(&raw).ok();
            let ours =
                url.as_deref().and_then(|url| url.strip_prefix(&base)).filter(|path| path.starts_with('/'));
            match ours {
                Some(ours) if name != "issuer" => {
                    let audience = internal.filter(|_| !FOR_BROWSERS.contains(&name.as_str()));
                    let audience = audience.unwrap_or(&self.bases.public);
                    let url = format!("{audience}{}{}", self.below, self.preset.their_path(ours));
                    document.push(&name, url);
                }
                _ => document.0.push((name, raw)),
            }
        }
        document
    }
}
