//! What only several requests together show.

use super::asked::Asked;
use super::strength::is_near;
use super::{Remark, remark};

pub(super) fn judge(requests: &[Asked], remarks: &mut Vec<Remark>) {
    for (name, rule, clause) in [
        ("state", "state-reused", "RFC 6749 10.12"),
        ("nonce", "nonce-reused", "OIDC Core 15.5.2"),
        ("code_challenge", "pkce-reused", "RFC 7636 4.1"),
    ] {
        reused(requests, name, rule, clause, remarks);
    }
    counting(requests, "state", "RFC 6749 10.10", remarks);
    counting(requests, "nonce", "OIDC Core 15.5.2", remarks);
}

fn reused(requests: &[Asked], name: &str, rule: &str, clause: &str, remarks: &mut Vec<Remark>) {
    let mut told: Vec<&str> = Vec::new();
    for request in requests {
        let Some(value) = request.params.given(name).filter(|value| !told.contains(value)) else { continue };
        told.push(value);
        let same: Vec<&Asked> =
            requests.iter().filter(|other| other.params.given(name) == Some(value)).collect();
        if same.len() < 2 {
            continue;
        }
        let seqs: Vec<u64> = same.iter().map(|other| other.seq).collect();
        let whole = same.iter().all(|other| other.params == request.params);
        let reload = if whole { " (or the same page was loaded again)" } else { "" };
        let text = format!("{} requests have the same {name}{reload}; draw a fresh one for each", same.len());
        remarks.push(remark(rule, &seqs, text, clause));
    }
}

/// Values that look random one by one, and are a counter side by side.
fn counting(requests: &[Asked], name: &str, clause: &str, remarks: &mut Vec<Remark>) {
    for pair in requests.windows(2) {
        let [before, after] = pair else { continue };
        let (Some(one), Some(other)) = (before.params.given(name), after.params.given(name)) else {
            continue;
        };
        if is_near(one, other) {
            let text = format!(
                "the {name} of one request is almost that of the one before, like a counter; take 128 bits from \
                 a secure random source"
            );
            remarks.push(remark(&format!("{name}-low-entropy"), &[before.seq, after.seq], text, clause));
        }
    }
}
