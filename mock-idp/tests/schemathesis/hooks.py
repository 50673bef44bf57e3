"""What a reader of the document knows, and JSON Schema cannot say."""

import re

import schemathesis
from hypothesis import strategies

HOST = r"[a-z][a-z0-9]{0,20}(\.[a-z]{2,10})?"
PATH = r"(/[A-Za-z0-9/_.~&=+-]{0,40})?(\?[A-Za-z0-9/_.~&=+-]{0,20})?"
URL = HOST + r"(:[1-9][0-9]{0,3})?" + PATH

# The formats of the document, and the members that have them: not everything is made up by its format.
FORMATS = {"url": "https?://" + URL, "http-url": "http://" + URL}
MEMBERS = {
    "redirect_uris": "url",
    "post_logout_redirect_uris": "url",
    "frontchannel_logout_uri": "url",
    "backchannel_logout_uri": "url",
    "request_uris": "http-url",
}

for name, pattern in FORMATS.items():
    schemathesis.openapi.format(name, strategies.from_regex(pattern, fullmatch=True))


def sensible(value, form=None):
    """JSON Schema calls 1.0 an integer; the control API wants 1, because a lie may be about exactly that. And to
    JSON Schema any text is an address."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and form and not re.fullmatch(FORMATS[form], value):
        return "http://localhost:3000/callback"
    if isinstance(value, list):
        return [sensible(item, form) for item in value]
    if isinstance(value, dict):
        return {name: sensible(item, MEMBERS.get(name)) for name, item in value.items()}
    return value


@schemathesis.hook
def map_body(context, body):
    return sensible(body)


@schemathesis.hook
def before_call(context, case, kwargs):
    case.body = sensible(case.body)
