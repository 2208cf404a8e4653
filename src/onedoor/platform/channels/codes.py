"""The code a caller follows an order by: twelve digits, so that it can be told and typed on a telephone."""

import secrets

from onedoor.platform.kernel.crypto import keyed_hash

DIGITS = 12


def new_code() -> str:
    """Return a code told once; only its digest is kept."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"


def digest_of(code: str) -> str:
    """Return under what a code is kept, however it was grouped when it was typed; "-" for no code."""
    digits = "".join(one for one in code if one.isascii() and one.isdigit())
    return keyed_hash(digits, purpose="channels.order_code") if len(digits) == DIGITS else "-"


def grouped(code: str) -> str:
    """Return a code as people read it out: 1234 5678 9012."""
    return " ".join(code[place : place + 4] for place in range(0, len(code), 4))
