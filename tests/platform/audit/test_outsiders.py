"""What an outsider can find with the stand-alone tool: any tampering with an export, and whether a receipt is in it."""

import copy
import importlib.util
import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests.platform.audit.conftest import AT
from tests.platform.library import Library

from onedoor.demonstration.simulators.timestamps import Authority
from onedoor.platform.audit import evidence, queries
from onedoor.platform.audit.models import AuditEntry, AuditSeal
from onedoor.platform.audit.seals import seal_entries
from onedoor.platform.audit.timestamps import stamp_seals
from onedoor.platform.cases.queries import proof_of, receipt_of
from onedoor.platform.identity.models import Login
from onedoor.platform.kernel.errors import NotAllowed

ROOT = Path(__file__).resolve().parents[3]
TOOL = ROOT / "tools" / "check_audit.py"
LATER = AT + timedelta(hours=4)


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("check_audit_tool", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def exported(sealed: list[AuditSeal], authority: Authority, books: Library) -> list[dict[str, Any]]:
    """An export of three stamped seals by an auditor whose reach does not cover every row."""
    stamp_seals(at=LATER)
    lines = queries.export(first=1, last=3, reason="年度审计核对", actor=books.officer("auditor"), at=LATER)
    return [json.loads(line) for line in lines]


@pytest.fixture
def trust(exported: list[dict[str, Any]], authority: Authority, tool: ModuleType) -> Any:
    keys = {key_id: bytes.fromhex(key) for key_id, key in queries.platform_keys().items()}
    return tool.Trust(keys, tool.tokens.load_roots(authority.root_file.read_bytes()))


def spell(lines: list[dict[str, Any]]) -> list[str]:
    return [evidence.canonical_json(line).decode() + "\n" for line in lines]


def faults(tool: ModuleType, lines: list[dict[str, Any]], trust: Any) -> list[str]:
    return [str(fault) for fault in tool.check_export(iter(spell(lines)), trust).faults]


def test_an_export_holds_and_shows_only_the_rows_in_reach(
    tool: ModuleType, exported: list[dict[str, Any]], trust: Any, books: Library
) -> None:
    assert faults(tool, exported, trust) == []
    entries = [line for line in exported if line["kind"] == "entry"]
    assert [line["number"] for line in entries] == list(range(1, len(entries) + 1))
    reach = books.officer("auditor").reaches
    shown = [line["content"] for line in entries if "content" in line]
    assert 0 < len(shown) < len(entries)
    assert all(reach(content["division"]) for content in shown)


def test_part_of_the_record_can_be_exported_and_hangs_on_the_seal_before(
    tool: ModuleType, exported: list[dict[str, Any]], trust: Any, books: Library
) -> None:
    part = [
        json.loads(line)
        for line in queries.export(first=2, last=3, reason="抽查这一天", actor=books.officer("auditor"), at=LATER)
    ]
    assert faults(tool, part, trust) == []
    part[0]["before"] = None
    assert "第 2 号封印：与前一个封印不连续" in faults(tool, part, trust)


def test_only_the_auditor_exports_with_a_purpose_and_leaves_a_trace(sealed: list[AuditSeal], books: Library) -> None:
    for name in ("clerk", "approver", "supervisor"):
        with pytest.raises(NotAllowed):
            queries.export(first=1, last=1, reason="看一看吧", actor=books.officer(name), at=LATER)
    client = Client()
    client.force_login(
        Login.objects.get(username="auditor"), backend="onedoor.platform.identity.backends.AccountBackend"
    )
    assert client.post("/supervision/audit/export/", {"first": "1", "last": "3", "reason": ""}).status_code == 422
    assert (
        client.post("/supervision/audit/export/", {"first": "1", "last": "9", "reason": "年度审计"}).status_code == 404
    )
    answer = client.post("/supervision/audit/export/", {"first": "1", "last": "3", "reason": "年度审计"})
    assert b"".join(answer).count(b'"kind":"seal"') == 3  # type: ignore[arg-type]
    look = AuditEntry.objects.get(event="audit.export")
    assert (look.outcome, look.reason, look.target) == ("looked", "年度审计", "seals:1-3")


# Tampering. Every crime leaves the closing signature to fail; it has to be found at its place too.

FIELDS = ("event", "actor_name", "role", "address", "target", "division", "reason", "outcome", "salt")


@st.composite
def crimes(draw: st.DrawFn, lines: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], str]:
    """Return an export after a crime, and what kind it was."""
    after = copy.deepcopy(lines)
    places = {kind: [place for place, line in enumerate(after) if line["kind"] == kind] for kind in ("entry", "seal")}
    shown = [place for place in places["entry"] if "content" in after[place]]
    crime = draw(
        st.sampled_from(
            (
                "field",
                "field and leaf",
                "leaf",
                "remove",
                "remove and renumber",
                "swap",
                "swap numbers",
                "insert",
                "remove seal",
                "remove hour",
                "swap seals",
                "seal field",
                "signature",
                "stamp",
                "no stamp",
                "tail",
            )
        )
    )
    if crime.startswith("field"):
        line = after[draw(st.sampled_from(shown))]
        name = draw(st.sampled_from(FIELDS))
        line["content"][name] = draw(st.text(max_size=5).filter(lambda text: text != line["content"][name]))
        if crime == "field and leaf":
            line["leaf"] = evidence.leaf(line["content"]).hex()
    elif crime == "leaf":
        line = after[draw(st.sampled_from(places["entry"]))]
        line["leaf"] = draw(st.binary(min_size=32, max_size=32)).hex()
    elif crime.startswith("remove") and crime != "remove seal" and crime != "remove hour":
        gone = draw(st.sampled_from(places["entry"]))
        del after[gone]
        if crime == "remove and renumber":
            renumber(after)
    elif crime.startswith("swap") and crime != "swap seals":
        one, other = draw(st.lists(st.sampled_from(places["entry"]), min_size=2, max_size=2, unique=True))
        after[one], after[other] = after[other], after[one]
        if crime == "swap numbers":
            renumber(after)
    elif crime == "insert":
        place = draw(st.sampled_from(places["entry"]))
        after.insert(place, copy.deepcopy(after[place]))
        renumber(after)
    elif crime == "remove seal":
        del after[draw(st.sampled_from(places["seal"]))]
    elif crime == "remove hour":
        hour = draw(st.integers(0, 2))
        start = places["seal"][hour - 1] + 1 if hour else 1
        del after[start : places["seal"][hour] + 1]
    elif crime == "swap seals":
        one, other = draw(st.lists(st.sampled_from(places["seal"]), min_size=2, max_size=2, unique=True))
        after[one], after[other] = after[other], after[one]
    elif crime == "seal field":
        line = after[draw(st.sampled_from(places["seal"]))]
        name = draw(st.sampled_from(("number", "first_number", "count", "first_id", "last_id", "sealed_at")))
        line["seal"][name] += draw(st.integers(1, 1000))
        line["hash"] = draw(st.sampled_from([line["hash"], evidence.Seal.of(line["seal"]).hash]))
    elif crime == "signature":
        line = after[draw(st.sampled_from(places["seal"]))]
        line["signature"] = draw(st.sampled_from([one["signature"] for one in lines if one["kind"] == "seal"]))
        assume(after != lines)
    elif crime == "stamp":
        one, other = draw(st.lists(st.sampled_from(places["seal"]), min_size=2, max_size=2, unique=True))
        after[one]["time_stamp"] = after[other]["time_stamp"]
    elif crime == "no stamp":
        after[draw(st.sampled_from(places["seal"]))]["time_stamp"] = None
    elif crime == "tail":
        del after[draw(st.integers(1, len(after) - 1)) :]
    return after, crime


def renumber(lines: list[dict[str, Any]]) -> None:
    for number, line in enumerate((line for line in lines if line["kind"] == "entry"), start=1):
        line["number"] = number


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_tampering_with_an_export_is_found_and_named(
    tool: ModuleType, exported: list[dict[str, Any]], trust: Any, data: st.DataObject
) -> None:
    after, crime = data.draw(crimes(exported))
    assume(after != exported)
    found = faults(tool, after, trust)
    assert found
    named = [fault for fault in found if not fault.startswith("结尾：前面") and "导出文件的签名" not in fault]
    assert named or crime == "no stamp"  # a stamp taken away looks like one that has not come; the end tells


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_changed_character_of_an_export_is_found(
    tool: ModuleType, exported: list[dict[str, Any]], trust: Any, data: st.DataObject
) -> None:
    text = "".join(spell(exported))
    place = data.draw(st.integers(0, len(text) - 2))
    other = data.draw(st.sampled_from('0a"}x,9').filter(lambda one: one != text[place]))
    changed = text[:place] + other + text[place + 1 :]
    try:
        result = tool.check_export(iter(changed.splitlines(keepends=True)), trust)
    except tool.Unreadable:
        return
    assert result.faults


def test_a_changed_row_is_named_by_its_number(tool: ModuleType, exported: list[dict[str, Any]], trust: Any) -> None:
    line = next(line for line in exported if "content" in line)
    line["content"]["reason"] = "别的理由"
    found = faults(tool, exported, trust)
    assert f"第 {line['number']} 号记录：内容与摘要不符" in found
    assert any(fault.startswith("第 1 号封印：") and "不符" in fault for fault in found)


def test_an_impostor_who_seals_anew_with_a_key_of_his_own_is_found(
    tool: ModuleType, exported: list[dict[str, Any]], trust: Any, books: Library
) -> None:
    stranger = tool.Trust({"platform9-aaaaaaaaaaaa": bytes(65)}, trust.roots)
    found = faults(tool, exported, stranger)
    assert {f"第 {number} 号封印：封印签名无效" for number in (1, 2, 3)} <= set(found)


# A receipt


def recorded(books: Library, authority: Authority) -> Any:
    case = books.received(AT)
    seal_entries(at=AT + timedelta(hours=1))
    stamp_seals(at=LATER)
    return receipt_of(case)


def test_a_receipt_is_proved_after_its_seal_on_the_check_page_and_by_the_tool_alone(
    books: Library, authority: Authority, tmp_path: Path
) -> None:
    case = books.received(AT)
    receipt = receipt_of(case)
    page = f"/check/{receipt.digest[:32]}/"
    visitor = Client()
    assert f"{page}recorded/" in visitor.get(page).content.decode()
    assert "还没有封存" in visitor.get(f"{page}recorded/").content.decode()
    assert visitor.get(f"{page}proof.json").status_code == 404

    seal_entries(at=AT + timedelta(hours=1))
    assert "等待时间戳机构盖戳" in visitor.get(f"{page}recorded/").content.decode()
    stamp_seals(at=LATER)
    proof = proof_of(receipt)
    assert proof is not None
    text = visitor.get(f"{page}recorded/").content.decode()
    assert f"第 {proof.seal} 号封印，第 {proof.number} 号记录" in text
    assert "时间戳机构（演示）" in text
    file = tmp_path / "proof.json"
    file.write_bytes(visitor.get(f"{page}proof.json").content)
    assert file.stat().st_size < 12_000
    for secret in ("actor_name", "person_id", "login_id", "address"):
        assert f'"{secret}"' not in file.read_text()

    done = run_tool(file, tmp_path, authority, "--digest", receipt.digest)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert f"第 {proof.seal} 号封印第 {proof.number} 号记录" in done.stdout
    assert run_tool(file, tmp_path, authority, "--digest", "0" * 64).returncode == 1


def run_tool(file: Path, folder: Path, authority: Authority, *more: str) -> subprocess.CompletedProcess[str]:
    """Run the tool as an outsider does: another process, no settings, no database."""
    keys = folder / "platform-keys.json"
    keys.write_text(json.dumps(queries.platform_keys()))
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DJANGO_", "ONEDOOR_", "PYTHON"))}
    return subprocess.run(
        [sys.executable, TOOL, file, "--keys", keys, "--roots", authority.root_file, *more],
        env=kept | {"PYTHONIOENCODING": "utf-8"},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "crime",
    [
        lambda file: file["entry"].update(event="cases.accept"),
        lambda file: file["entry"]["details"].update(digest="0" * 64),
        lambda file: file.update(who="0" * 64),
        lambda file: file.update(number=file["number"] + 1),
        lambda file: file["path"].pop(),
        lambda file: file["path"].reverse(),
        lambda file: file["seal"]["seal"].update(sealed_at=1),
        lambda file: file["seal"]["seal"].update(root="0" * 64),
        lambda file: file.update(digest="0" * 64),
    ],
    ids=["event", "details", "who", "number", "shorter", "reversed", "sealed at", "root", "digest"],
)
def test_a_forged_proof_is_found(books: Library, authority: Authority, tool: ModuleType, crime: Any) -> None:
    receipt = recorded(books, authority)
    proof = proof_of(receipt)
    assert proof is not None
    keys = {key_id: bytes.fromhex(key) for key_id, key in queries.platform_keys().items()}
    trust = tool.Trust(keys, tool.tokens.load_roots(authority.root_file.read_bytes()))
    assert tool.check_proof(proof.file, trust, digest=receipt.digest).faults == []
    crime(proof.file)
    assert tool.check_proof(proof.file, trust, digest=receipt.digest).faults


def test_the_tool_reads_an_export_without_django_and_refuses_what_is_none(
    exported: list[dict[str, Any]], authority: Authority, tmp_path: Path
) -> None:
    file = tmp_path / "export.jsonl"
    file.write_text("".join(spell(exported)), encoding="utf-8")
    done = run_tool(file, tmp_path, authority)
    assert (done.returncode, done.stderr) == (0, "")
    assert "3 个封印" in done.stdout
    file.write_text("".join(spell(exported[:-3])), encoding="utf-8")
    done = run_tool(file, tmp_path, authority)
    assert done.returncode == 1
    assert "✗ 结尾" in done.stdout
    file.write_text("nothing of the kind")
    assert run_tool(file, tmp_path, authority).returncode == 2
    imports = subprocess.run(
        [sys.executable, "-c", f"import runpy, sys; runpy.run_path({str(TOOL)!r}); print('django' in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    assert imports.stdout.strip() == "False"


# The tree


@given(leaves=st.lists(st.binary(min_size=1, max_size=4), min_size=1, max_size=40), data=st.data())
def test_every_path_leads_to_the_root_and_no_other_row_does(leaves: list[bytes], data: st.DataObject) -> None:
    hashed = [evidence.sm3(b"\0" + one) for one in leaves]
    index = data.draw(st.integers(0, len(leaves) - 1))
    root, path = evidence.root_of(hashed), evidence.path_to(index, hashed)
    assert evidence.root_by_path(hashed[index], index=index, count=len(leaves), path=path) == root
    assert len(path) <= 6
    assert evidence.root_by_path(evidence.sm3(b"another"), index=index, count=len(leaves), path=path) != root
    assert evidence.root_by_path(hashed[index], index=index, count=len(leaves), path=[*path, root]) != root
    if len(leaves) > 1:
        assert evidence.root_by_path(hashed[index], index=index, count=len(leaves), path=path[1:]) != root
