//! How the fields of a form are written (HTML, 4.10.21).

use mock_idp::Params;

/// Between the parts of a multipart body. Fixed, because nothing we send contains it.
const BOUNDARY: &str = "----rpcheck-between-the-fields";

/// Writes fields the way the form's `enctype` says, and names the type that was written.
///
/// As in browsers, an `enctype` that is none of the three means the usual one.
pub(super) fn encode(fields: &Params, enctype: &str) -> (String, Vec<u8>) {
    let fields = normalized(fields);
    match enctype {
        "text/plain" => {
            let lines = fields.0.iter().map(|(name, value)| format!("{name}={value}\r\n"));
            (enctype.to_owned(), lines.collect::<String>().into_bytes())
        }
        "multipart/form-data" => {
            let part = |(name, value): &(String, String)| {
                let name = name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
                format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
            };
            let body = fields.0.iter().map(part).collect::<String>() + &format!("--{BOUNDARY}--\r\n");
            (format!("{enctype}; boundary={BOUNDARY}"), body.into_bytes())
        }
        _ => ("application/x-www-form-urlencoded".to_owned(), fields.encode().into_bytes()),
    }
}

/// The query of a form that is sent by GET.
pub(super) fn query(fields: &Params) -> String {
    normalized(fields).encode()
}

/// Every newline of a name or a value is CR LF on the wire, however it was written.
fn normalized(fields: &Params) -> Params {
    let newline = |text: &str| text.replace("\r\n", "\n").replace('\r', "\n").replace('\n', "\r\n");
    Params(fields.0.iter().map(|(name, value)| (newline(name), newline(value))).collect())
}
