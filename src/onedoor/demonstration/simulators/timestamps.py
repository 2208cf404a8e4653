"""A time-stamp authority (RFC 3161): answers each request with its own time, signed under a root of its own."""

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from asn1crypto import keys as asn1_keys
from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps import DummyTimeStamper

ROOT_FILE = "time-stamp-root.pem"
KEY_FILE = "time-stamp-root.key"
ROOT_YEARS = 20
REPLY = "application/timestamp-reply"


@dataclass
class Authority:
    """
    The authority over one folder: its root is made once and kept there, a signing certificate anew for each process.

    `good_for` is how long the signing certificate is valid; `now` its clock.
    """

    folder: Path
    good_for: timedelta = timedelta(days=365)
    now: datetime | None = None  # None: the wall clock
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _stamper: tuple[asn1_x509.Certificate, asn1_keys.PrivateKeyInfo] | None = field(default=None, repr=False)

    @property
    def root_file(self) -> Path:
        """The certificate to be trusted by whoever checks the time-stamps."""
        return self.folder / ROOT_FILE

    def answer(self, request: bytes) -> bytes:
        """
        Return the time-stamp reply for a request, both DER.

        :raises ValueError: it is no time-stamp request.
        """
        asked = tsp.TimeStampReq.load(request, strict=True)
        with self._lock:
            if self._stamper is None:
                self._stamper = self._new_certificate()
        certificate, key = self._stamper
        stamper = DummyTimeStamper(certificate, key, fixed_dt=self._moment())
        return bytes(stamper.request_tsa_response(asked).dump())

    def prepare(self) -> None:
        """Make the root if there is none yet, so that others can already read its certificate."""
        with self._lock:
            self._root()

    def _moment(self) -> datetime:
        return (self.now or datetime.now(UTC)).replace(microsecond=0)

    def _root(self) -> tuple[x509.Certificate, rsa.RSAPrivateKey]:
        key_file = self.folder / KEY_FILE
        if not key_file.exists() or not self.root_file.exists():
            self._make_root(key_file)
        key = serialization.load_pem_private_key(key_file.read_bytes(), password=None)
        assert isinstance(key, rsa.RSAPrivateKey)
        return x509.load_pem_x509_certificate(self.root_file.read_bytes()), key

    def _make_root(self, key_file: Path) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = _name("时间戳根证书（演示）")
        certificate = (
            _builder(name, name, key.public_key(), self._moment(), timedelta(days=365 * ROOT_YEARS))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(key, hashes.SHA256())
        )
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        key_file.touch(mode=0o600)
        key_file.write_bytes(private)
        self.root_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def _new_certificate(self) -> tuple[asn1_x509.Certificate, asn1_keys.PrivateKeyInfo]:
        root, root_key = self._root()
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        certificate = (
            _builder(_name("时间戳机构（演示）"), root.subject, key.public_key(), self._moment(), self.good_for)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
            .sign(root_key, hashes.SHA256())
        )
        private = key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return (
            asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER)),
            asn1_keys.PrivateKeyInfo.load(private),
        )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: rsa.RSAPublicKey, start: datetime, good_for: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start - timedelta(minutes=5))
        .not_valid_after(start + good_for)
    )
