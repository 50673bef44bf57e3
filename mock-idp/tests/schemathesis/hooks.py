"""JSON Schema calls 1.0 an integer; the control API wants 1, because a lie may be about exactly that."""

import schemathesis


def whole(value):
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
