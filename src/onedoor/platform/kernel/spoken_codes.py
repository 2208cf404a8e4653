"""Codes people copy by hand and read out: letters none of which is taken for another, in groups of four."""

import secrets

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # 32 of them, five bits each, without O/0 and I/1


def letters(length: int) -> str:
    """Return so many letters nobody can guess."""
    return "".join(secrets.choice(LETTERS) for _ in range(length))


def new_code(length: int) -> str:
    """Return a code of so many letters, as it is written: K7Q2-9MXD-4HTR."""
    plain = letters(length)
    return "-".join(plain[place : place + 4] for place in range(0, length, 4))
