"""Whose a stored content is: equal contents of different people are stored apart."""

from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.crypto import keyed_hash
from onedoor.platform.kernel.errors import NotLoggedIn

UNKNOWN = ("early_draft:", "dictation:")


def owner_of(actor: Actor) -> str:
    """
    Return who brings a content: the person, also when an officer helps at the window, or the officer's log-in.

    :raises NotLoggedIn: nobody has logged in.
    """
    if actor.kind == "anonymous":
        raise NotLoggedIn
    if actor.kind == "system":
        return "system"
    if actor.person_id is not None:
        return f"person:{actor.person_id}"
    return f"login:{actor.login_id}" if actor.login_id is not None else f"post:{actor.post_id or 0}"


def is_unknown(owner: str) -> bool:
    """Tell whether nobody knows who brings it: it came for something filled in, or spoken, before logging in."""
    return owner.startswith(UNKNOWN)


def keyed_digest(owner: str, digest: bytes) -> str:
    """Return under what an owner's content lies: 64 hexadecimal digits that say nothing without the node's key."""
    return keyed_hash(f"{owner}\0{digest.hex()}", purpose="files.content")
