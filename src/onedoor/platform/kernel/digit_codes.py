"""Codes that open one thing without an account: twelve digits, so that they can be told and typed on a telephone."""

import secrets

from onedoor.platform.kernel.crypto import keyed_hash

DIGITS = 12


def new_code() -> str:
    """Return a code told once; only its digest is kept."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"


def digest_of(code: str, *, purpose: str) -> str:
    """Return the keyed digest a code is found by, however it was grouped and in whichever digits typed; "" for no code."""
    digits = "".join(str(int(one)) for one in code if one.isdecimal())
    return keyed_hash(digits, purpose=purpose) if len(digits) == DIGITS else ""


def grouped(code: str) -> str:
    """Return a code as people read it out: 1234 5678 9012."""
    return " ".join(code[place : place + 4] for place in range(0, len(code), 4))
