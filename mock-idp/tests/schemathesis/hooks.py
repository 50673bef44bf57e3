"""What a reader of the document knows, and JSON Schema cannot say."""

import schemathesis
from hypothesis import strategies

HOST = r"[a-z][a-z0-9]{0,20}(\.[a-z]{2,10})?"
PATH = r"(/[A-Za-z0-9/_.~&=+-]{0,40})?(\?[A-Za-z0-9/_.~&=+-]{0,20})?"
URL = HOST + r"(:[1-9][0-9]{0,3})?" + PATH

schemathesis.openapi.format("url", strategies.from_regex("https?://" + URL, fullmatch=True))
schemathesis.openapi.format("http-url", strategies.from_regex("http://" + URL, fullmatch=True))


def whole(value):
    """JSON Schema calls 1.0 an integer; the control API wants 1, because a lie may be about exactly that."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [whole(item) for item in value]
    if isinstance(value, dict):
        return {name: whole(item) for name, item in value.items()}
    return value


@schemathesis.hook
def map_body(context, body):
    return whole(body)


@schemathesis.hook
def before_call(context, case, kwargs):
    case.body = whole(case.body)
