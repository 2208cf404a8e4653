"""
Check a receipt with no network: the signed statement in its QR code and the node's public keys. Pure, as
`certificates.offline`, whose envelope it is; `tools/check_certificate.py` is the face of both.

A statement is `OR1.<content>.<key id>.<signature>`, content being canonical JSON in base64url: `c` code, `n` number,
`v` check code, `o` organ, `p` project, `a` amount, `w` amount in words, `d` day of issue, `y` payer, masked. Signed is
`OR1.` and the JSON, so that nothing else the same key signs passes for a receipt, nor a receipt for anything else.
Whether the money has gone back since, only the site can tell.
"""

import re
from collections.abc import Mapping
from typing import Any

from onedoor.platform.certificates.offline import PublicKey, signed_content

DOMAIN = "OR1."
STATEMENT = re.compile(r"(?:^|#)(OR1\.[\w-]+\.[\w-]+\.[\w-]+)")
FIELDS = frozenset({"c", "n", "v", "o", "p", "a", "w", "d", "y"})


def read_statement(text: str, *, keys: Mapping[str, PublicKey]) -> dict[str, Any] | None:
    """Return what the statement of a receipt in this text says, None where there is none that one of these keys signed."""
    found = STATEMENT.search(text)
    return signed_content(found[1], keys, fields=FIELDS, domain=DOMAIN) if found else None
