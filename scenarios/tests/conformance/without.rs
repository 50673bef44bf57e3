//! Scenarios that have no snapshot.

/// Scenarios without a snapshot, and why.
pub(crate) const WITHOUT: [(&str, &str); 3] = [
    ("state/concurrent-replay", "which of two answers at the same time is the first is nobody's"),
    (
        "crowd/mutated-answers",
        "what becomes of a token hangs on its bytes, which the provider's port is a part of",
    ),
    ("back-channel/unknown-kids", "a thousand tokens are all alike"),
];
