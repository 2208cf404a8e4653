"""
The key that signs PDF files, with an X.509 chain of the node's own: what PDF readers of the outside world understand.

One file beside the node's keys, `document-signer.json`: the leaf's private key (ECDSA P-256), the leaf and its root.
The root's private key is thrown away when the leaf is signed, so nobody can make another signer in this node's name.
"""

import json
import os
import secrets
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from onedoor.platform.kernel.crypto.keys import MissingKeys, keys_directory

FILE = "document-signer.json"
LIFETIME = timedelta(days=365 * 15)


@dataclass(frozen=True)
class DocumentSigner:
    """Private key (PKCS#8 DER), certificate and root certificate (DER)."""

    key: bytes = field(repr=False)
    certificate: bytes
    root: bytes


def document_signer() -> DocumentSigner:
    """:raises MissingKeys: the keys directory has none."""
    return _read(keys_directory() / FILE)


def create_missing_document_signer(directory: Path) -> None:
    """Make the key and its chain unless the directory has them; safe to run by several processes at once."""
    if (directory / FILE).exists():
        return
    made = _new_signer()
    content = {name: b64encode(getattr(made, name)).decode() for name in ("key", "certificate", "root")}
    unfinished = directory / f".{secrets.token_hex(8)}"
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(content, file)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(unfinished, directory / FILE)
    except FileExistsError:  # another process was faster; its key counts
        pass
    finally:
        unfinished.unlink()


@lru_cache(maxsize=8)
def _read(path: Path) -> DocumentSigner:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise MissingKeys(f"no {path.name} in {path.parent}") from None
    return DocumentSigner(**{name: b64decode(value) for name, value in content.items()})


def _new_signer() -> DocumentSigner:
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    mark = secrets.token_hex(4)  # tells the chains of two nodes apart
    root_name, leaf_name = _name(f"OneDoor node root {mark}"), _name(f"OneDoor document signer {mark}")
    root = _certificate(root_name, root_name, root_key.public_key(), root_key, is_root=True)
    leaf = _certificate(leaf_name, root_name, key.public_key(), root_key, is_root=False)
    private = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    der = serialization.Encoding.DER
    return DocumentSigner(private, leaf.public_bytes(der), root.public_bytes(der))


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"), x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    public: ec.EllipticCurvePublicKey,
    signing_key: ec.EllipticCurvePrivateKey,
    *,
    is_root: bool,
) -> x509.Certificate:
    made_at = datetime.now(UTC)  # noqa: TID251 - the validity of a key begins when it is made, in no business's time
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(public)
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(made_at - timedelta(days=1)).not_valid_after(made_at + LIFETIME)
    builder = builder.add_extension(x509.BasicConstraints(ca=is_root, path_length=0 if is_root else None), True)
    unused = ("data_encipherment", "key_encipherment", "key_agreement", "encipher_only", "decipher_only")
    builder = builder.add_extension(
        x509.KeyUsage(
            digital_signature=not is_root,
            content_commitment=not is_root,
            key_cert_sign=is_root,
            crl_sign=is_root,
            **dict.fromkeys(unused, False),
        ),
        True,
    )
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(public), False)
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(signing_key.public_key())
    return builder.add_extension(authority, False).sign(signing_key, hashes.SHA256())
