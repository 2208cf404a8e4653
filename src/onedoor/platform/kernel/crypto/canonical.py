"""One byte form for one value, so that a signature made here can be checked anywhere."""

import json
from typing import Any

ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
PLAIN = frozenset({str, int, bool, type(None)})  # most values are one of these, and then there is nothing inside


def canonical_json(value: Any) -> bytes:
    """
    Return JSON without spaces, keys sorted, UTF-8, as RFC 8785 gives for text, whole numbers, booleans, null, lists and objects.

    :raises TypeError: a float (its text is not one-to-one) or a type JSON does not know; write amounts as text.
    """
    _refuse_floats(value)
    return ENCODER.encode(value).encode()


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError("canonical JSON holds no floats: write the amount as text")
    if isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise TypeError("canonical JSON has text keys only")
            if type(item) not in PLAIN:
                _refuse_floats(item)
    if isinstance(value, list | tuple):
        for item in value:
            if type(item) not in PLAIN:
                _refuse_floats(item)
