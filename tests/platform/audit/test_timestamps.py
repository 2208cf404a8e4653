"""Seals stamped by an outside authority: good stamps, bad ones, an authority that is away, a certificate run out."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from asn1crypto import cms, tsp
from django.core.management import CommandError, call_command
from django.test import Client
from tests.platform.audit.conftest import AT, answer_with, owner_of_the_database
from tests.platform.library import Library

from onedoor.demonstration.simulators.timestamps import Authority
from onedoor.platform.audit import tokens
from onedoor.platform.audit.models import AuditSeal, TimeStamp
from onedoor.platform.audit.queries import seal_state
from onedoor.platform.audit.seals import find_faults
from onedoor.platform.audit.timestamps import stamp_seals
from onedoor.platform.audit.tokens import BadTimeStamp

LATER = AT + timedelta(hours=4)


def test_every_seal_gets_the_authoritys_word(sealed: list[AuditSeal], authority: Authority, books: Library) -> None:
    assert stamp_seals(at=LATER) == 3
    assert stamp_seals(at=LATER) == 0
    assert {stamp.stamped_at for stamp in TimeStamp.objects.all()} == {authority.now}
    assert find_faults() == []
    state = seal_state(actor=books.officer("auditor"))
    assert (state.waiting, state.stamped_until) == (0, authority.now)
    assert "时间戳机构（演示）" in state.stamp_authority


def test_an_authority_that_is_away_leaves_the_seals_waiting_and_the_page_says_so(
    sealed: list[AuditSeal], authority: Authority, books: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()  # nobody listens at the address now
    assert stamp_seals(at=LATER) == 0
    assert TimeStamp.objects.count() == 0
    assert find_faults() == []  # waiting is not a fault
    client = auditor(books)
    assert "3 个封印等待时间戳" in client.get("/supervision/audit/").content.decode()
    answer_with(monkeypatch, authority.answer)
    assert stamp_seals(at=LATER) == 3
    assert "等待时间戳" not in client.get("/supervision/audit/").content.decode()


def auditor(books: Library) -> Client:
    from onedoor.platform.identity.models import Login

    client = Client()
    client.force_login(
        Login.objects.get(username="auditor"), backend="onedoor.platform.identity.backends.AccountBackend"
    )
    return client


def replayed(authority: Authority) -> Callable[[bytes], bytes]:
    """An answer that was good for another request."""
    old = authority.answer(tokens.request_for(b"another seal", nonce=7))
    return lambda request: old


def for_other_data(authority: Authority) -> Callable[[bytes], bytes]:
    """The right nonce over the wrong content."""

    def answer(request: bytes) -> bytes:
        nonce = tsp.TimeStampReq.load(request)["nonce"].native
        return authority.answer(tokens.request_for(b"another seal", nonce=nonce))

    return answer


def refused(authority: Authority) -> Callable[[bytes], bytes]:
    status = tsp.PKIStatusInfo({"status": "rejection"}).dump()
    return lambda request: bytes([0x30, len(status)]) + status  # no token, as RFC 3161 has it


def garbage(authority: Authority) -> Callable[[bytes], bytes]:
    return lambda request: b"<html>maintenance</html>"


def of_an_impostor(authority: Authority) -> Callable[[bytes], bytes]:
    """Everything right, but under a root nobody trusts."""
    return Authority(authority.folder / "impostor", now=authority.now).answer


def scratched(authority: Authority) -> Callable[[bytes], bytes]:
    """One bit of the signature is another."""

    def answer(request: bytes) -> bytes:
        whole = bytearray(authority.answer(request))
        whole[-10] ^= 1
        return bytes(whole)

    return answer


@pytest.mark.parametrize("bad", [replayed, for_other_data, refused, garbage, of_an_impostor, scratched])
def test_an_answer_that_proves_nothing_is_not_kept(
    sealed: list[AuditSeal], authority: Authority, bad: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_with(monkeypatch, bad(authority))
    assert stamp_seals(at=LATER) == 0
    assert TimeStamp.objects.count() == 0
    answer_with(monkeypatch, authority.answer)
    assert stamp_seals(at=LATER) == 3


def test_a_stamp_stays_good_after_the_authoritys_certificate_has_run_out(
    sealed: list[AuditSeal], authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    short = Authority(authority.folder, good_for=timedelta(hours=1), now=authority.now)
    old = Authority(authority.folder / "old", good_for=timedelta(hours=1), now=long_ago)
    old.prepare()
    data = bytes.fromhex(sealed[0].hash)
    token = tokens.token_in(old.answer(tokens.request_for(data, nonce=1)), nonce=1)
    roots = tokens.load_roots(old.root_file.read_bytes())
    assert tokens.check_token(token, data, roots=roots).at == long_ago

    # The same certificate used after its last day proves nothing.
    old.now = long_ago + timedelta(hours=2)
    late = tokens.token_in(old.answer(tokens.request_for(data, nonce=2)), nonce=2)
    with pytest.raises(BadTimeStamp, match="有效期"):
        tokens.check_token(late, data, roots=roots)

    answer_with(monkeypatch, short.answer)
    assert stamp_seals(at=LATER) == 3
    assert find_faults() == []


@pytest.mark.parametrize("column", ["token", "stamped_at"])
def test_a_stamp_changed_in_the_database_is_found(sealed: list[AuditSeal], authority: Authority, column: str) -> None:
    stamp_seals(at=LATER)
    first, second = TimeStamp.objects.order_by("pk")[:2]
    value = {"token": second.token, "stamped_at": LATER}[column]
    with owner_of_the_database():
        TimeStamp.objects.filter(pk=first.pk).update(**{column: value})
    assert [fault.place for fault in find_faults()] == ["第 1 号封印"]
    with pytest.raises(CommandError):
        call_command("check_audit")


def test_any_changed_byte_of_what_a_token_signs_is_found(authority: Authority) -> None:
    data = b"a seal"
    token = tokens.token_in(authority.answer(tokens.request_for(data, nonce=3)), nonce=3)
    roots = tokens.load_roots(authority.root_file.read_bytes())
    start = token.index(signed_content(token))
    for place in range(start, start + 60):
        changed = bytearray(token)
        changed[place] ^= 1
        with pytest.raises(BadTimeStamp):
            tokens.check_token(bytes(changed), data, roots=roots)


def test_a_token_that_names_a_certificate_it_does_not_hold_is_bad(authority: Authority) -> None:
    data = b"a seal"
    token = tokens.token_in(authority.answer(tokens.request_for(data, nonce=4)), nonce=4)
    (signer,) = cms.ContentInfo.load(token)["content"]["signer_infos"]
    named = signer["sid"].chosen.dump()  # the issuer, and last the number of its certificate
    changed = bytearray(token)
    changed[token.index(named) + len(named) - 1] ^= 1
    with pytest.raises(BadTimeStamp, match="没有签名所用的证书"):
        tokens.check_token(bytes(changed), data, roots=tokens.load_roots(authority.root_file.read_bytes()))


def signed_content(token: bytes) -> bytes:
    content = cms.ContentInfo.load(token)["content"]["encap_content_info"]["content"]
    return bytes(content.contents)
