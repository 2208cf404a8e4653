"""
RFC 3161 time-stamps: make a request, check a token. No Django and no network: outsiders check with the same code.

A token is checked for the moment it names, not for today: it stays good after the authority's certificate has run out,
because the certificates travel inside it and the root is ours.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import cms, tsp
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

IMPRINT = "sha256"
HASHES = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
LONGEST_CHAIN = 5


class BadTimeStamp(Exception):
    """The token does not prove what it is shown for; the text says why, in Chinese."""


@dataclass(frozen=True)
class StampedTime:
    """What a good token says."""

    at: datetime
    authority: str
    serial: str


def request_for(data: bytes, *, nonce: int) -> bytes:
    """Return a time-stamp request for the data, DER; it asks for the certificates to be sent along."""
    imprint = {"hash_algorithm": {"algorithm": IMPRINT}, "hashed_message": hashlib.sha256(data).digest()}
    content = {"version": "v1", "message_imprint": imprint, "nonce": nonce, "cert_req": True}
    return bytes(tsp.TimeStampReq(content).dump())


def token_in(answer: bytes, *, nonce: int) -> bytes:
    """
    Return the token of an authority's answer.

    :raises BadTimeStamp: it was not granted, answers another request, or is no such answer.
    """
    try:
        response = tsp.TimeStampResp.load(answer, strict=True)
        status = response["status"]["status"].native
        if status not in ("granted", "granted_with_mods"):
            raise BadTimeStamp(f"时间戳机构拒绝：{status}")
        token = bytes(response["time_stamp_token"].dump())
        answered = _signed_data(token)["encap_content_info"]["content"].parsed["nonce"].native
    except (ValueError, TypeError, KeyError, AttributeError):
        raise BadTimeStamp("时间戳机构的答复不成样子") from None
    if answered != nonce:
        raise BadTimeStamp("时间戳不是对这次请求的答复")
    return token


def check_token(token: bytes, data: bytes, *, roots: Sequence[x509.Certificate]) -> StampedTime:
    """
    Check a token over the data and return what it says.

    :raises BadTimeStamp: other data, a bad signature, a certificate not good at that moment or not from `roots`.
    """
    try:
        return _check(token, data, roots)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, x509.ExtensionNotFound):
        raise BadTimeStamp("时间戳不成样子") from None


def load_roots(pem: bytes) -> list[x509.Certificate]:
    """:raises ValueError: the file holds no certificate."""
    return x509.load_pem_x509_certificates(pem)


def _signed_data(token: bytes) -> cms.SignedData:
    content = cms.ContentInfo.load(token, strict=True)
    if content["content_type"].native != "signed_data":
        raise ValueError("not signed data")
    return content["content"]


def _check(token: bytes, data: bytes, roots: Sequence[x509.Certificate]) -> StampedTime:
    signed = _signed_data(token)
    info: tsp.TSTInfo = signed["encap_content_info"]["content"].parsed
    imprint = info["message_imprint"]
    if imprint["hash_algorithm"]["algorithm"].native != IMPRINT:
        raise BadTimeStamp("时间戳的摘要算法不对")
    if imprint["hashed_message"].native != hashlib.sha256(data).digest():
        raise BadTimeStamp("时间戳盖的是别的内容")
    certificates = [x509.load_der_x509_certificate(one.chosen.dump()) for one in signed["certificates"]]
    (signer,) = signed["signer_infos"]
    certificate = _certificate_of(signer, certificates)
    _check_signature(signer, signed["encap_content_info"]["content"].contents, certificate)
    at: datetime = info["gen_time"].native
    _check_purpose(certificate)
    _check_chain(certificate, certificates, roots, at)
    return StampedTime(at, _name_of(certificate), format(info["serial_number"].native, "x"))


def _name_of(certificate: x509.Certificate) -> str:
    named = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(named[0].value) if named else certificate.subject.rfc4514_string()


def _certificate_of(signer: cms.SignerInfo, certificates: Sequence[x509.Certificate]) -> x509.Certificate:
    wanted = signer["sid"].chosen["serial_number"].native
    found = next((one for one in certificates if one.serial_number == wanted), None)
    if found is None:
        raise BadTimeStamp("时间戳里没有签名所用的证书")
    return found


def _check_signature(signer: cms.SignerInfo, content: bytes, certificate: x509.Certificate) -> None:
    algorithm = signer["digest_algorithm"]["algorithm"].native
    attributes = {attribute["type"].native: attribute["values"] for attribute in signer["signed_attrs"]}
    if attributes["content_type"][0].native != "tst_info":
        raise BadTimeStamp("签名的不是时间戳")
    if attributes["message_digest"][0].native != hashlib.new(algorithm, content).digest():
        raise BadTimeStamp("时间戳内容被改动")
    # RFC 5652 5.4: what is signed is the SET OF, not its tagged form inside the signer info.
    message, key = signer["signed_attrs"].untag().dump(), certificate.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signer["signature"].native, message, padding.PKCS1v15(), HASHES[algorithm])
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signer["signature"].native, message, ec.ECDSA(HASHES[algorithm]))
        else:
            raise BadTimeStamp("时间戳的签名算法不支持")
    except InvalidSignature:
        raise BadTimeStamp("时间戳签名无效") from None


def _check_purpose(certificate: x509.Certificate) -> None:
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    if list(usage) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise BadTimeStamp("这张证书不是时间戳证书")


def _check_chain(
    certificate: x509.Certificate,
    sent: Sequence[x509.Certificate],
    roots: Sequence[x509.Certificate],
    at: datetime,
) -> None:
    """Walk from the signer's certificate to one of our roots; each must have been in force at that moment."""
    for _ in range(LONGEST_CHAIN):
        if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
            raise BadTimeStamp("盖时间戳时证书不在有效期")
        if certificate in roots:
            return
        certificate = _issuer_of(certificate, [*roots, *sent])
    raise BadTimeStamp("时间戳的证书链太长")


def _issuer_of(certificate: x509.Certificate, candidates: Sequence[x509.Certificate]) -> x509.Certificate:
    for one in candidates:
        try:
            certificate.verify_directly_issued_by(one)
        except (ValueError, TypeError, InvalidSignature):
            continue
        if one.extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
            return one
    raise BadTimeStamp("时间戳的证书不是我们信任的机构签发的")
