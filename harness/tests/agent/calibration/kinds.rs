//! The cookies that take part.

/// One kind of cookie: how it is named and marked.
pub(crate) struct Kind {
    /// How the table calls it.
    pub(crate) what: &'static str,
    prefix: &'static str,
    name: &'static str,
    /// Everything behind name and value.
    pub(crate) attributes: &'static str,
}

impl Kind {
    /// The name of the cookie that was set seconds ago.
    pub(crate) fn young(&self) -> String {
        format!("{}young-{}", self.prefix, self.name)
    }

    /// The name of the cookie that was set before the grace for unmarked cookies ended.
    pub(crate) fn old(&self) -> String {
        format!("{}old-{}", self.prefix, self.name)
    }
}

const fn kind(
    what: &'static str,
    prefix: &'static str,
    name: &'static str,
    attributes: &'static str,
) -> Kind {
    Kind { what, prefix, name, attributes }
}

pub(crate) const KINDS: [Kind; 12] = [
    kind("unmarked", "", "unmarked", "; Path=/"),
    kind("`Secure`", "", "secure", "; Path=/; Secure"),
    kind("`Lax`", "", "lax", "; Path=/; SameSite=Lax"),
    kind("`Strict`", "", "strict", "; Path=/; SameSite=Strict"),
    kind("`None; Secure`", "", "none", "; Path=/; SameSite=None; Secure"),
    kind("`None`, not `Secure`", "", "insecure", "; Path=/; SameSite=None"),
    kind("`__Host-` unmarked", "__Host-", "unmarked", "; Path=/; Secure"),
    kind("`__Host-` `Lax`", "__Host-", "lax", "; Path=/; Secure; SameSite=Lax"),
    kind("`__Host-` `None`", "__Host-", "none", "; Path=/; Secure; SameSite=None"),
    kind("`__Host-`, not `Secure`", "__Host-", "wrong", "; Path=/; SameSite=Lax"),
    kind("`__Secure-` `None`", "__Secure-", "none", "; Path=/; Secure; SameSite=None"),
    kind("`__Secure-`, not `Secure`", "__Secure-", "wrong", "; Path=/; SameSite=Lax"),
];

/// The cookies that the last answer of every road sets.
pub(crate) const NEW: [(&str, &str); 4] = [
    ("new-unmarked", "; Path=/"),
    ("new-lax", "; Path=/; SameSite=Lax"),
    ("new-strict", "; Path=/; SameSite=Strict"),
    ("new-none", "; Path=/; SameSite=None; Secure"),
];
