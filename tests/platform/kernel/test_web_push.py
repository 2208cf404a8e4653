"""The example of RFC 8291, appendix A, byte by byte; and what a push service checks of VAPID."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from onedoor.platform.kernel.crypto import web_push
from onedoor.platform.kernel.crypto.keys import create_missing_keys

AT = datetime(2026, 9, 1, tzinfo=UTC)
UA_PUBLIC = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AS_PRIVATE = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
AUTH, SALT = "BTBZMqHH6r4Tts7J_aSIgg", "DGv6ra1nlYgDCS1FRnbzlw"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
    "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def test_the_worked_example_of_the_standard() -> None:
    number = int.from_bytes(web_push.from_unpadded(AS_PRIVATE), "big")
    key = ec.derive_private_key(number, ec.SECP256R1())
    words = b"When I grow up, I want to be a watermelon"
    sealed = web_push.seal(words, p256dh=UA_PUBLIC, auth=AUTH, key=key, salt=web_push.from_unpadded(SALT))
    assert web_push.unpadded(sealed) == BODY


def test_every_sealing_is_another_and_too_much_is_refused() -> None:
    assert web_push.seal(b"a", p256dh=UA_PUBLIC, auth=AUTH) != web_push.seal(b"a", p256dh=UA_PUBLIC, auth=AUTH)
    web_push.seal(b"a" * web_push.LONGEST, p256dh=UA_PUBLIC, auth=AUTH)
    with pytest.raises(ValueError, match="too long"):
        web_push.seal(b"a" * 3994, p256dh=UA_PUBLIC, auth=AUTH)


def test_a_key_that_is_none_is_known() -> None:
    assert web_push.is_browser_key(UA_PUBLIC, AUTH)
    assert not web_push.is_browser_key(UA_PUBLIC, "BTBZ")
    assert not web_push.is_browser_key(UA_PUBLIC[:-3] + "AAA", AUTH)
    assert not web_push.is_browser_key("", "")


def test_a_push_service_can_check_who_sends(tmp_path: Path, settings: Any) -> None:
    settings.ONEDOOR_KEYS_DIR = tmp_path
    create_missing_keys(tmp_path)
    kept = (tmp_path / web_push.FILE).read_bytes()
    create_missing_keys(tmp_path)
    assert (tmp_path / web_push.FILE).read_bytes() == kept
    assert (tmp_path / web_push.FILE).stat().st_mode & 0o077 == 0
    header = web_push.vapid(origin="https://push.example", contact="mailto:a@b.example", at=AT)
    token, key = header.removeprefix("vapid t=").split(", k=")
    signed, _, mark = token.rpartition(".")
    claims = json.loads(web_push.from_unpadded(signed.split(".")[1]))
    assert claims == {"aud": "https://push.example", "exp": int(AT.timestamp()) + 43200, "sub": "mailto:a@b.example"}
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), web_push.from_unpadded(key))
    raw = web_push.from_unpadded(mark)
    pair = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    public.verify(pair, signed.encode(), ec.ECDSA(hashes.SHA256()))
    with pytest.raises(InvalidSignature):
        public.verify(pair, b"another", ec.ECDSA(hashes.SHA256()))
