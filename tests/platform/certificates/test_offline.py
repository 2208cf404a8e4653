"""Checked where there is no network: signed statement, status list with its age, signed PDF, W3C credential."""

import json
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.test import Client
from tools import check_certificate

from onedoor.platform.certificates import faces, offline, operations, statements
from onedoor.platform.files import pdf_signatures, rendering
from onedoor.platform.kernel import crypto
from onedoor.platform.kernel.actors import Actor

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


@pytest.fixture
def fetched(tmp_path):
    """Return a function that stores keys and status list as somebody had fetched them at a moment."""

    def fetch(at: datetime = AT) -> list[str]:
        keys, status = tmp_path / "keys.json", tmp_path / f"{at:%H%M%S}.json"
        keys.write_text(json.dumps(statements.published_keys()), encoding="utf-8")
        status.write_text(json.dumps(statements.status_list(part=0, at=at)), encoding="utf-8")
        return ["--keys", str(keys), "--status", str(status)]

    return fetch


def revoke(card, director):
    operations.end_certificate(
        certificate_id=card.pk,
        ending="revoke",
        reason="隐瞒住址",
        basis="第九条",
        document_number="朝图撤〔2026〕3号",
        actor=Actor.system("办件"),
        at=AT,
    )


def qr_text(card) -> str:
    data = faces.face_data(card)
    return f"{data['check_url']}#{data['statement']}"


def test_the_qr_text_is_enough_and_the_age_of_the_list_is_told(card, fetched, capsys):
    arguments = [*fetched(), "--at", (AT + timedelta(hours=3)).isoformat(), "--holder", "欧阳晓娜", qr_text(card)]
    assert check_certificate.main(arguments) == 0
    told = capsys.readouterr().out
    for part in ("签名真实", "借书证", card.number, "状态：有效", "0 天 3 小时 0 分钟以前", "持证人：与签名内容一致"):
        assert part in told


def test_a_revoked_certificate_is_told_by_the_next_list_and_an_old_list_shows_its_age(card, director, fetched, capsys):
    old = fetched()
    revoke(card, director)
    later = AT + timedelta(days=3)
    assert check_certificate.main([*old, "--at", later.isoformat(), qr_text(card)]) == 0  # all it can know
    assert "3 天 0 小时 0 分钟以前的，已超过 24 小时" in capsys.readouterr().out
    newest = [*old, *fetched(AT + timedelta(minutes=1))[2:]]
    assert check_certificate.main([*newest, "--at", later.isoformat(), qr_text(card)]) == 1
    assert "状态：已撤销" in capsys.readouterr().out


def test_a_qr_copied_onto_another_paper_does_not_match_its_name(card, fetched, capsys):
    assert check_certificate.main([*fetched(), "--at", AT.isoformat(), "--holder", "赵六", qr_text(card)]) == 1
    assert "持证人：与签名内容不一致" in capsys.readouterr().out
    assert "欧阳" not in qr_text(card)


def test_a_changed_statement_and_a_foreign_key_are_not_genuine(card, fetched, tmp_path, capsys):
    head, content, key_id, signature = statements.statement_of(card).split(".")
    forged = offline.encode(offline.decode(content).replace("借书证".encode(), "结婚证".encode()))
    arguments = [*fetched(), "--at", AT.isoformat()]
    for text in (f"{head}.{forged}.{key_id}.{signature}", f"{head}.{content}.other.{signature}", "https://nothing"):
        assert check_certificate.main([*arguments, text]) == 1
        assert "不是本平台签发的" in capsys.readouterr().out


def test_nothing_else_that_the_key_has_signed_passes_for_a_certificate_or_a_receipt(card, fetched, capsys):
    keys, listed = [*fetched(), "--at", AT.isoformat()], statements.status_list(part=0, at=AT)
    short = b'{"c":"1"}'
    body, sealed = offline.encode(crypto.canonical_json(listed["list"])), listed["signatures"][0]
    receipt = crypto.sign(b"OR1." + short, signer="issuer")
    for text in (
        qr_text(card).replace("#OD1.", "#OR1."),
        f"OD1.{body}.{sealed['key_id']}.{sealed['value']}",
        f"OD1.{offline.encode(b'OR1.' + short)}.{receipt.key_id}.{receipt.value}",
        f"OR1.{offline.encode(short)}.{receipt.key_id}.{receipt.value}",
    ):
        assert check_certificate.main([*keys, text]) == 1
        assert "签名真实" not in capsys.readouterr().out


def test_the_letters_of_a_receipt_inside_a_certificate_make_none_of_it(card, fetched, capsys):
    filled = {name: [0, 0] if name == "s" else "2026-01-01" for name in offline.FIELDS} | {"u": None}
    told = (filled | {"n": " " * pad + "NGP"} for pad in range(3))
    payloads = [crypto.canonical_json(one) for one in told]
    payload = next(one for one in payloads if "OR1" in offline.encode(one))
    signature = crypto.sign(payload, signer="issuer")
    statement = f"OD1.{offline.encode(payload)}.{signature.key_id}.{signature.value}"
    check_certificate.main([*fetched(), "--at", AT.isoformat(), statement])
    assert "签名真实" in capsys.readouterr().out


def test_a_forged_status_list_is_not_believed(card, director, fetched, capsys):
    arguments = fetched()
    path = Path(arguments[3])
    forged = json.loads(path.read_text(encoding="utf-8"))
    forged["list"]["issued_at"] = "2026-12-24T10:00:00+08:00"
    path.write_text(json.dumps(forged), encoding="utf-8")
    assert check_certificate.main([*arguments, "--at", AT.isoformat(), qr_text(card)]) == 2
    assert "没有可用的状态清单" in capsys.readouterr().out


def test_either_signature_of_the_list_is_enough(card):
    published, found = statements.published_keys(), statements.status_list(part=0, at=AT)
    assert {one["algorithm"] for one in found["signatures"]} == {"sm2-sm3", "ed25519"}
    for one in found["signatures"]:
        alone = {**found, "signatures": [one]}
        answer = offline.check_statement(
            statements.statement_of(card), keys=offline.read_keys(published), lists=[alone], at=AT, on=AT.date()
        )
        assert answer.word == "有效"


def test_a_certificate_newer_than_the_list_and_dates_are_told(card, issue, fetched):
    keys = offline.read_keys(statements.published_keys())
    lists = [statements.status_list(part=0, at=AT)]
    newer = issue(case_number="case 2")
    answer = offline.check_statement(statements.statement_of(newer), keys=keys, lists=lists, at=AT, on=AT.date())
    assert (answer.word, answer.in_force) == ("状态未知：签发在这份清单之后", False)
    for on, word in (("2026-11-23", "尚未生效"), ("2027-11-23", "有效"), ("2027-11-24", "已过期")):
        day = datetime.fromisoformat(on).date()
        assert (
            offline.check_statement(statements.statement_of(card), keys=keys, lists=lists, at=AT, on=day).word == word
        )


def test_online_checkers_see_a_change_within_sixty_seconds(card, director, time_machine_at):
    client = Client()
    time_machine_at(AT)
    before = client.get("/check/status/0.json")
    assert before["Cache-Control"] == "public, max-age=30"
    revoke(card, director)
    assert "已撤销" in client.get(f"/check/{card.token}/").content.decode()  # the page reads the register each time
    time_machine_at(AT + timedelta(seconds=59 - 30))  # with the half minute a proxy may have kept it, 59 seconds
    after = client.get("/check/status/0.json").json()["list"]
    part, place = statements.place_of(card)
    assert part == 0
    assert offline.status_at(before.json()["list"]["statuses"], place) == "1"
    assert offline.status_at(after["statuses"], place) == "3"
    issued, following = (datetime.fromisoformat(after[name]) for name in ("issued_at", "next_update"))
    assert following - issued == timedelta(seconds=60)
    assert client.get("/check/status/7.json").status_code == 404
    assert client.get("/check/keys.json").json()["keys"]


def test_the_pdf_is_signed_archival_and_carries_the_statement(card, fetched, tmp_path, capsys):
    if rendering.find_cjk_font() is None:
        pytest.skip("no Chinese font on this machine")
    pdf = faces.face_pdf(card)
    root = b64decode(statements.published_keys()["document_root"])
    assert pdf_signatures.check_pdf(pdf, root=root) == pdf_signatures.PdfCheck(signed=True, intact=True, trusted=True)
    assert pdf.startswith(b"%PDF-1.7")
    assert b"/Version /2" not in pdf
    assert b'pdfaid:part="2"' in pdf.replace(b"<pdfaid:part>2<", b'pdfaid:part="2"')
    path = tmp_path / "card.pdf"
    path.write_bytes(pdf)
    assert check_certificate.main([*fetched(), "--at", AT.isoformat(), str(path)]) == 0
    assert "文件签名：完好" in capsys.readouterr().out
    path.write_bytes(pdf + b"\n% added\n")
    assert check_certificate.main([*fetched(), "--at", AT.isoformat(), str(path)]) == 1
    assert "被改动过" in capsys.readouterr().out
    other = tmp_path / "other"
    crypto.create_missing_keys(other)
    foreign = b64decode(json.loads((other / "document-signer.json").read_text(encoding="utf-8"))["root"])
    assert not pdf_signatures.check_pdf(pdf, root=foreign).trusted
    assert not pdf_signatures.check_pdf(b"no pdf", root=root).signed


def test_the_credential_is_signed_after_eddsa_jcs_2022(issue, reader, person):
    spouse = person("赵六")
    card = issue(
        holders=[
            operations.Holder(reader.name, person_id=reader.pk, number="11010519491231002X"),
            operations.Holder(spouse.name, person_id=spouse.pk, number="440524188001010014"),
        ]
    )
    document = statements.credential(card, viewer=reader.pk)
    assert document["credentialSubject"]["documentNumbers"] == ["11010519491231002X"]
    assert "440524188001010014" not in json.dumps(document)
    assert document["credentialSubject"]["recordDigest"] == card.payload_digest
    proof = document.pop("proof")
    value = unbase58(proof.pop("proofValue")[1:])
    public = unbase58(proof["verificationMethod"].partition("#")[2][1:])[2:]

    def jcs(content):  # RFC 8785 for text, whole numbers, lists and objects
        return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    hashed = sha256(jcs(proof)).digest() + sha256(jcs(document)).digest()
    Ed25519PublicKey.from_public_bytes(public).verify(value, hashed)


def unbase58(text: str) -> bytes:
    number = 0
    for letter in text:
        number = number * 58 + "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".index(letter)
    zeros = len(text) - len(text.lstrip("1"))  # one signature in 256 begins with a zero byte
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8)
