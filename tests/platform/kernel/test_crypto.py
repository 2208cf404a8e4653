"""Digests, signatures and encryption: the standards' own examples, two independent SM2 cores, and the openssl command."""

import hashlib
import shutil
import subprocess
from base64 import encodebytes
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onedoor.platform.kernel import crypto
from onedoor.platform.kernel.crypto import digests, sm2, sm2_integers, sm2_openssl

# GB/T 32918.5-2017 annex A.2
PRIVATE = bytes.fromhex("3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8")
PUBLIC = bytes.fromhex(
    "04"
    "09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
    "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
)
NONCE = 0x59276E27D506861A16680F3AD9C02DCCEF3CC1FA3CDBE4CE6D54B80DEAC1BC21
SIGNATURE = bytes.fromhex(
    "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3"
    "B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA"
)

needs_openssl = pytest.mark.skipif(sm2_openssl.library() is None, reason="no OpenSSL 3 on this machine")


@pytest.fixture(params=["openssl", "integers"])
def core(request, monkeypatch):
    """Each core in turn does the curve arithmetic of `sm2.sign` and `sm2.verify`."""
    if request.param == "integers":
        monkeypatch.setattr(sm2_openssl, "library", lambda: None)
    elif sm2_openssl.library() is None:
        pytest.skip("no OpenSSL 3 on this machine")
    return request.param


@pytest.mark.parametrize("hashlib_has_it", [True, False])
def test_sm3_gives_the_digest_of_the_standard(hashlib_has_it, monkeypatch):
    monkeypatch.setattr(digests, "HASHLIB_HAS_SM3", hashlib_has_it and "sm3" in hashlib.algorithms_available)
    assert crypto.sm3(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    hasher = crypto.sm3_hasher()
    hasher.update(b"a")
    hasher.update(b"bc")
    assert hasher.digest() == crypto.sm3(b"abc")


def test_hmac_is_the_textbook_construction_over_sm3():
    key, data = b"k" * 32, b"110101199003070011"
    padded = key.ljust(64, b"\0")
    inner = crypto.sm3(bytes(byte ^ 0x36 for byte in padded) + data)
    assert crypto.hmac_sm3(key, data) == crypto.sm3(bytes(byte ^ 0x5C for byte in padded) + inner)


def test_the_standards_example_is_signed_to_the_letter(monkeypatch):
    monkeypatch.setattr(sm2_openssl, "library", lambda: None)
    monkeypatch.setattr(sm2_integers.secrets, "randbelow", lambda _: NONCE - 1)
    assert sm2.public_key_of(PRIVATE) == PUBLIC
    assert sm2.sign(PRIVATE, b"message digest") == SIGNATURE


def test_the_standards_example_verifies(core):
    assert sm2.verify(PUBLIC, b"message digest", SIGNATURE)
    assert not sm2.verify(PUBLIC, b"message Digest", SIGNATURE)
    assert not sm2.verify(PUBLIC, b"message digest", SIGNATURE, signer_id=b"somebody else")


@needs_openssl
@settings(max_examples=25, deadline=None)
@given(data=st.binary(max_size=200), signer_id=st.binary(max_size=40))
def test_each_core_accepts_what_the_other_signs(data, signer_id):
    digest = sm2.message_digest(PUBLIC, data, signer_id=signer_id)
    by_openssl = sm2.from_der(sm2_openssl.sign(PRIVATE, PUBLIC, digest))
    r, s = sm2_integers.sign(int.from_bytes(PRIVATE), int.from_bytes(digest))
    point = (int.from_bytes(PUBLIC[1:33]), int.from_bytes(PUBLIC[33:]))
    number = int.from_bytes(digest)
    assert sm2_openssl.verify(PUBLIC, digest, sm2.to_der(r.to_bytes(32) + s.to_bytes(32)))
    assert sm2_integers.verify(point, number, int.from_bytes(by_openssl[:32]), int.from_bytes(by_openssl[32:]))


def test_a_changed_signature_is_refused_wherever_the_change_is(core):
    signature = sm2.sign(PRIVATE, b"case 1")
    assert sm2.verify(PUBLIC, b"case 1", signature)
    for place in (0, 31, 32, 63):
        changed = bytearray(signature)
        changed[place] ^= 1
        assert not sm2.verify(PUBLIC, b"case 1", bytes(changed))
    zeros, order = bytes(32), sm2_integers.N.to_bytes(32)
    assert not sm2.verify(PUBLIC, b"case 1", zeros + signature[32:])
    assert not sm2.verify(PUBLIC, b"case 1", signature[:32] + zeros)
    assert not sm2.verify(PUBLIC, b"case 1", order + signature[32:])
    assert not sm2.verify(PUBLIC, b"case 1", signature[:63])


def test_two_signatures_of_one_message_differ(core):
    assert sm2.sign(PRIVATE, b"case 1") != sm2.sign(PRIVATE, b"case 1")


def test_keys_off_the_curve_are_named_as_such(core):
    with pytest.raises(sm2.NotASm2Key):
        sm2.verify(PUBLIC[:-1] + bytes([PUBLIC[-1] ^ 1]), b"", SIGNATURE)
    with pytest.raises(sm2.NotASm2Key):
        sm2.sign(bytes(32), b"")
    with pytest.raises(sm2.NotASm2Key):
        sm2.sign((sm2_integers.N - 1).to_bytes(32), b"")


def test_der_form_returns_to_the_same_bytes():
    assert sm2.from_der(sm2.to_der(SIGNATURE)) == SIGNATURE
    with pytest.raises(ValueError):
        sm2.from_der(SIGNATURE)


@pytest.fixture
def openssl(tmp_path):
    """Return a function that runs the openssl command on files named in `tmp_path`, with our key as `key.pem`."""
    command = shutil.which("openssl")
    if command is None or b"OpenSSL 3" not in subprocess.check_output([command, "version"]):
        pytest.skip("no openssl command of version 3")
    # SEC 1 ECPrivateKey with the curve's object identifier 1.2.156.10197.1.301
    der = bytes.fromhex("30770201010420") + PRIVATE + bytes.fromhex("a00a06082a811ccf5501822da144034200") + PUBLIC
    pem = b"-----BEGIN EC PRIVATE KEY-----\n" + encodebytes(der) + b"-----END EC PRIVATE KEY-----\n"
    (tmp_path / "key.pem").write_bytes(pem)
    (tmp_path / "message").write_bytes("准予低保".encode())

    def run(*arguments: str) -> int:
        options = [
            "-rawin",
            "-digest",
            "sm3",
            "-pkeyopt",
            "distid:1234567812345678",
            "-in",
            "message",
            "-inkey",
            "key.pem",
        ]
        return subprocess.call([command, "pkeyutl", *options, *arguments], cwd=tmp_path, stderr=subprocess.DEVNULL)

    return run


def test_the_openssl_command_and_we_accept_each_others_signatures(openssl, core, tmp_path: Path):
    assert openssl("-sign", "-out", "theirs") == 0
    assert sm2.verify(PUBLIC, "准予低保".encode(), sm2.from_der((tmp_path / "theirs").read_bytes()))
    (tmp_path / "ours").write_bytes(sm2.to_der(sm2.sign(PRIVATE, "准予低保".encode())))
    assert openssl("-verify", "-sigfile", "ours") == 0
    (tmp_path / "message").write_bytes("不予低保".encode())
    assert openssl("-verify", "-sigfile", "ours") != 0


@pytest.mark.parametrize("name", ["sm", "intl"])
def test_a_suite_signs_and_encrypts(name):
    family = crypto.suite(name)
    pair = family.new_key_pair()
    signature = family.sign(pair.private, b"data")
    assert family.public_key_of(pair.private) == pair.public
    assert family.verify(pair.public, b"data", signature)
    assert not family.verify(pair.public, b"date", signature)
    assert pair.private.hex() not in repr(pair)
    key = family.new_cipher_key()
    sealed = family.encrypt(key, b"data", b"place")
    assert family.decrypt(key, sealed, b"place") == b"data"
    for other_key, value, place in (
        (family.new_cipher_key(), sealed, b"place"),
        (key, sealed[:-1] + bytes([sealed[-1] ^ 1]), b"place"),
        (key, sealed, b"elsewhere"),
        (key, sealed[:20], b"place"),
    ):
        with pytest.raises(crypto.TamperedValue):
            family.decrypt(other_key, value, place)


def test_algorithms_are_found_by_the_name_stored_with_a_value():
    assert crypto.suite_for("sm2-sm3") is crypto.suite_for("sm4-gcm") is crypto.suite("sm")
    assert crypto.suite_for("ed25519") is crypto.suite_for("aes256-gcm") is crypto.suite("intl")
    assert crypto.suite("sm").digest(b"abc") == crypto.sm3(b"abc")
    assert crypto.suite("intl").digest(b"abc") == hashlib.sha256(b"abc").digest()
    for unknown in ("rot13", "sm3"):
        with pytest.raises(crypto.UnknownAlgorithm):
            crypto.suite_for(unknown)
    with pytest.raises(crypto.UnknownAlgorithm):
        crypto.suite("des")


def test_canonical_json_does_not_depend_on_order_and_refuses_floats():
    assert crypto.canonical_json({"b": ["低保", 1, None], "a": True}) == '{"a":true,"b":["低保",1,null]}'.encode()
    assert crypto.canonical_json({"a": 1, "b": 2}) == crypto.canonical_json({"b": 2, "a": 1})
    for value in ({"amount": 1.5}, [{"deep": [0.1]}], {1: "number as key"}):
        with pytest.raises(TypeError):
            crypto.canonical_json(value)
