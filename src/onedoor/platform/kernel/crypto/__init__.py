"""
Digests, signatures and encryption, the national algorithms (SM2, SM3, SM4) first.

`suite("sm")` and `suite("intl")` are the bare algorithms over given keys; `sign`, `verify`, `encrypt_text`,
`decrypt_text`, `blind_index` and `keyed_hash` use the keys of this node.
"""

from onedoor.platform.kernel.crypto.canonical import canonical_json
from onedoor.platform.kernel.crypto.digests import hmac_sm3, sha256, sm3, sm3_hasher
from onedoor.platform.kernel.crypto.keys import (
    Key,
    Keyring,
    MissingKeys,
    UnknownKey,
    add_key,
    create_missing_keys,
    exposed_key_files,
    find_key,
    keyring,
    keys_directory,
    retire_key,
)
from onedoor.platform.kernel.crypto.sealed import (
    Signature,
    blind_index,
    decrypt_text,
    encrypt_text,
    keyed_hash,
    needs_rotation,
    public_key,
    sign,
    verify,
)
from onedoor.platform.kernel.crypto.suites import (
    Suite,
    TamperedValue,
    UnknownAlgorithm,
    suite,
    suite_for,
)

__all__ = [
    "Key",
    "Keyring",
    "MissingKeys",
    "Signature",
    "Suite",
    "TamperedValue",
    "UnknownAlgorithm",
    "UnknownKey",
    "add_key",
    "blind_index",
    "canonical_json",
    "create_missing_keys",
    "decrypt_text",
    "encrypt_text",
    "exposed_key_files",
    "find_key",
    "hmac_sm3",
    "keyed_hash",
    "keyring",
    "keys_directory",
    "needs_rotation",
    "public_key",
    "retire_key",
    "sha256",
    "sign",
    "sm3",
    "sm3_hasher",
    "suite",
    "suite_for",
    "verify",
]
