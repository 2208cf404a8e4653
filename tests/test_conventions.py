"""The habits of this code, kept by a machine: who writes, who asks permission, who records, who looks at the clock."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "onedoor"

# Each name has its reason; the list only shrinks.
CONTINUES = {  # parts of an operation in another module, called with its rows locked and its permission checked
    "begin_review": "accept_case, deemed acceptance",
    "link_to_earlier": "hand_in_case, propose_revocation",
    "open_tickets": "request_supplement",
    "use_certificates": "submit_draft, transfer_case, take_certificate",
    "serve_notice": "request_supplement, inform_hearing_right, schedule_hearing, propose_revocation",
    "end_supplement": "supply_supplement, the end of the applicant's time",
    "move": "issuing and ending of certificates",
    "append": "issuing and ending of certificates",
    "store_versions": "issue_certificates, reissue_certificate",
}
WITHOUT_ATOMIC = {
    "set_password": "a wrong try is counted in a transaction of its own before the refusal",
}
WITHOUT_REQUIRE = {
    # The applicant's side is let in by `access`, an agent by a delegation in force.
    "renew_order": "access.require_applicant_side",
    "ask_again": "access.require_applicant_side",
    "start_draft": "own person or active_delegation",
    "start_again": "access.require_applicant_side",
    "sign_own_consent": "only the person whose number the row names",
    "save_section": "access.require_draft",
    "ask_export": "may_have: the person or their guardian, at level 3",
    "take_export": "may_have: the person or their guardian, at level 3",
    "prepare_export": "called by the worker for what was asked",
    "note_failed": "called by the worker",
    "store_made": "what the platform itself has made",
    "name_signatory": "access.require_draft",
    "drop_signatory": "access.require_draft",
    "ask_signatories": "access.require_draft",
    "countersign": "signing.to_sign: the one who is asked, or their guardian",
    "decline_signature": "signing.to_sign: the one who is asked, or their guardian",
    "carry_over": "access.require_draft",
    "dictate": "anybody, of what they have spoken themselves",
    "ask_for_paper": "the room that has just taken the paper in has asked",
    "choose_paper": "access.require_draft",
    "sign_commitment": "access.require_draft; an agent by a delegation to sign",
    "retract_commitment": "access.require_applicant_side",
    "answer_breach": "access.require_applicant_side",
    "discard_draft": "access.require_draft",
    "attach_material": "access.require_draft or require_applicant_side",
    "remove_material": "access.require_draft",
    "sign_consent": "access.require_draft and active_delegation",
    "submit_draft": "access.require_draft",
    "undo_submission": "access.require_applicant_side",
    "hand_in_case": "access.require_applicant_side",
    "supply_supplement": "access.require_applicant_side",
    "withdraw_case": "access.require_applicant_side",
    "request_hearing": "access.require_applicant_side",
    "waive_hearing": "access.require_applicant_side",
    "state_defence": "access.require_applicant_side",
    "choose_delivery": "access.require_applicant_side",
    "start_linked": "access.require_applicant_side",
    "ask": "open to everybody; a conversation that goes on is let in by lock_opened",
    "hand_over": "whoever lock_opened lets in",
    "raise_objection": "open to everybody while a notice is up",
    "file_complaint": "open to everybody",
    "answer_question": "whoever holds the code of the complaint",
    "add_complaint_paper": "whoever holds the code of the complaint",
    "say_resolved": "whoever holds the code of the complaint",
    "drop_ticket": "whoever holds the code of the ticket, or whose it is",
    "rate_by_code": "whoever holds the code of a case or visit",
    "enrol_kiosk": "whoever holds the one-time code of the machine's screen",
    "pair_reader": "whoever holds the one-time code of the machine's reader",
    "deliver_reading": "only what the reader of the machine has signed",
    "deliver_page": "only what the reader of the machine has signed",
    "ask_page": "whoever stands at a machine, an officer at a window of their organ: scanners_for",
    "keep_pages": "one's own pages; attach_material and give_papers ask for the rest",
    "keep_form": "one's own pages; take_paper_form asks for the rest",
    "drop_scan": "forgets what the machine's own scanner, or oneself, has scanned",
    "report_printer": "only what the reader of the machine has signed",
    "ask_card": "kiosk_life.at_machine: whoever stands at a machine in use",
    "use_card": "kiosk_life.at_machine: whoever stands at a machine in use",
    "drop_card": "forgets what the machine's own reader has read",
    "say_by_code": "whoever holds the order's number and code",
    # Oneself.
    "make_show_code": "only a holder",
    "record_own_print": "only a holder, at a machine: actor.require_machine, require_level",
    "see_shown": "open to whoever was shown the code",
    "hold_place": "for oneself and whoever comes along, who hears of it",
    "confirm_booking": "only one's own",
    "move_booking": "only one's own",
    "cancel_booking": "only one's own, or of whoever was to come along",
    "check_in": "only one's own",
    "check_in_at_kiosk": "actor.require_machine: whoever stands at the machine of the hall",
    "take_ticket_at_kiosk": "actor.require_machine: whoever stands at the machine of the hall",
    "join_waiting": "as hold_place",
    "leave_waiting": "only one's own",
    # Nobody has logged in: whoever holds the pass that code and phone have opened.
    "begin_early_draft": "whoever holds the phone the one-time code went to",
    "open_early_draft": "whoever holds draft code, phone and one-time code",
    "renew_early_code": "only with the pass",
    "save_early_section": "only with the pass",
    "discard_early_draft": "only with the pass",
    "add_early_paper": "only with the pass",
    "remove_early_paper": "only with the pass",
    "take_early_draft": "only with the pass, into a draft of one's own",
    "ask_deletion": "only about oneself",
    "restrict_processing": "only one's own request",
    "ask_delegation": "the agent asks, the principal confirms",
    "confirm_delegation": "only the principal",
    "revoke_delegation": "only the two of them",
    "ask_bank_check": "only about oneself",
    "login_for_outside": "whoever a trusted provider says has logged in there",
    "link_outside": "only with one's own account, from one's own session",
    "unlink_outside": "only one's own",
    "bind_entity": "only the legal representative the register names",
    "reset_operators": "only the legal representative (own_entity)",
    "appoint_operator": "only the representative, or a manager within their own authorization",
    "renew_operator": "as appoint_operator",
    "suspend_operator": "as appoint_operator",
    "confirm_operator": "as appoint_operator",
    "drop_operator": "as appoint_operator",
    "give_consent": "called by rooms that have checked who signs",
    "revoke_consent": "only the person",
    "begin_session": "the entrance has just let this person in",
    "end_session": "only one's own",
    "end_other_sessions": "only one's own",
    "end_assisting": "only the helper's own",
    "give_back_delegation": "called by undo_submission, which has checked whose it is",
    "use_delegation": "called by submit_draft, which has let the agent in",
    "record_opinion": "only the guardian in force; for others it keeps nothing",
    "mark_read": "only the recipient",
    "subscribe": "only for oneself",
    "end_subscription": "only one's own",
    "choose_ways": "only one's own",
    "choose_language": "only one's own",
    "ask_email_code": "only for an address of one's own",
    "verify_email": "only one's own",
    "drop_email": "only one's own",
    "add_push_device": "only for oneself",
    "drop_push_device": "only one's own",
    "make_binding_code": "only for oneself",
    "send_code": "nobody is logged in yet",
    "store_file": "the room that owns the target has checked the actor",
    "begin_upload": "access.may_read asks the room that owns the target",
    "receive_part": "only whoever began it",
    "end_upload": "only whoever began it",
    "take_back_uses": "called by undo_submission, which has checked whose it is",
    "use_certificate": "called by rooms that have checked the actor",
    "object_to_use": "only about a use of one's own data",
    "report_error": "called by rooms that have checked the actor",
    "use_dataset": "called by rooms that have checked the actor; the purpose says what they may have",
    "begin_bundle": "anybody may begin one of their own",
    "accept_offer": "only one's own offer",
    "decline_offer": "only one's own offer",
    "contest_offer": "only one's own offer",
    "refuse_checks": "only about oneself",
    "allow_checks": "only about oneself",
    "ensure_person": "called by rooms that have checked the actor",
}
WITHOUT_RECORD = {
    "ask_card": "asks the reader; what it has read is recorded",
    "drop_card": "forgets what was read; nothing is known by it",
    "ask_page": "asks the scanner; what it has scanned is recorded",
    "keep_pages": "recorded by attach_material and give_papers",
    "keep_form": "recorded by take_paper_form",
    "drop_scan": "forgets what was scanned; nothing is known by it",
    "send_code": "the code is recorded by its row; nobody is logged in yet",
}


def modules(pattern: str) -> list[Path]:
    found = sorted(path for path in SOURCE.glob(pattern) if "migrations" not in path.parts)
    assert found, pattern
    return found


def operation_files() -> list[Path]:
    return [
        *modules("platform/*/operations.py"),
        *modules("platform/*/operations/*.py"),
        *modules("services/*/operations.py"),
    ]


def public_functions(path: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node


def arguments(function: ast.FunctionDef) -> set[str]:
    return {one.arg for one in function.args.kwonlyargs + function.args.args}


def writers() -> list[tuple[str, Path, ast.FunctionDef]]:
    """Return the operations: public functions that take who acts and when."""
    return [
        (f"{path.relative_to(SOURCE)}:{function.name}", path, function)
        for path in operation_files()
        if path.parts[-2:] != ("audit", "operations.py")
        for function in public_functions(path)
        if {"actor", "at"} <= arguments(function) and function.name not in CONTINUES
    ]


WRITERS = writers()


def _decorators(function: ast.FunctionDef) -> str:
    return " ".join(ast.unparse(one) for one in function.decorator_list)


def _reaches(path: Path, function: ast.FunctionDef, wanted: str) -> bool:
    """Tell whether the function, or a private one of its module that it calls, contains the text."""
    helpers = {
        node.name: node
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
    }
    seen: set[str] = set()
    waiting = [function]
    while waiting:
        node = waiting.pop()
        if wanted in ast.unparse(node):
            return True
        for call in ast.walk(node):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id not in seen:
                seen.add(call.func.id)
                if call.func.id in helpers:
                    waiting.append(helpers[call.func.id])
    return False


def test_there_are_operations_to_look_at() -> None:
    assert len(WRITERS) > 40


@pytest.mark.parametrize(("name", "path", "function"), WRITERS, ids=[row[0] for row in WRITERS])
def test_an_operation_is_keyword_only_atomic_permitted_and_recorded(
    name: str, path: Path, function: ast.FunctionDef
) -> None:
    assert not function.args.args, f"{name} takes positional arguments"
    if function.name not in WITHOUT_ATOMIC:
        assert "transaction.atomic" in _decorators(function) or "atomic" in ast.unparse(function), (
            f"{name} is not atomic"
        )
    if function.name not in WITHOUT_REQUIRE:
        text = ("require(", "require_one_of(", "is_permitted", "access.require")
        assert any(_reaches(path, function, one) for one in text), f"{name} asks nobody's permission"
    if function.name not in WITHOUT_RECORD:
        text = ("audit.record", "life.append", "give_post(")
        assert any(_reaches(path, function, one) for one in text), f"{name} leaves no record"


@pytest.mark.parametrize("exceptions", [CONTINUES, WITHOUT_ATOMIC, WITHOUT_REQUIRE, WITHOUT_RECORD])
def test_no_exception_outlives_its_function(exceptions: dict[str, str]) -> None:
    names = {
        function.name
        for path in [*operation_files(), *modules("platform/identity/logins.py")]
        for function in public_functions(path)
    }
    assert set(exceptions) <= names


def test_pages_and_the_api_never_touch_a_manager() -> None:
    for path in [*modules("web/**/*.py"), *modules("api/**/*.py")]:
        assert ".objects" not in path.read_text(encoding="utf-8"), path


def test_templates_hold_no_inline_scripts_no_styles_and_no_outside_address() -> None:
    """A script is a static file that waits for the page; the page is whole without it."""
    for path in modules("**/templates/**/*.html"):
        text = path.read_text(encoding="utf-8")
        for tag in re.findall(r"<script.*?</script>", text, re.DOTALL):
            assert re.fullmatch(r'<script src="{% static "[a-z/]+\.js" %}" defer></script>', tag), f"{path}: {tag}"
        assert not re.search(r"\sstyle=|\son[a-z]+=\"", text), path
        assert not re.search(r"(src|href)=\"(https?:)?//", text), path


def test_every_form_that_posts_carries_a_csrf_token() -> None:
    for path in modules("**/templates/**/*.html"):
        text = path.read_text(encoding="utf-8")
        for form in re.findall(r"<form[^>]*method=\"post\".*?</form>", text, re.DOTALL):
            assert "csrf_token" in form, f"{path}: {form[:80]}"


def test_registers_are_written_only_by_operations() -> None:
    """A register entry comes from a decided case: only the service's operations create or change its rows."""
    for path in modules("services/*/*.py"):
        if path.stem in ("operations", "verification", "models"):
            continue
        assert not re.search(r"\.objects\.(create|bulk_create|update)|\.save\(", path.read_text(encoding="utf-8")), path


def test_locks_do_not_reach_across_nullable_joins() -> None:
    """PostgreSQL refuses FOR UPDATE over an outer join; SQLite would never tell."""
    for path in modules("**/*.py"):
        text = re.sub(r"\s+", "", path.read_text(encoding="utf-8"))
        assert "select_for_update().select_related(" not in text, path


def test_every_audit_event_has_chinese_words() -> None:
    from onedoor.platform.audit.titles import TITLES

    used = set()
    for path in modules("**/*.py"):
        text = path.read_text(encoding="utf-8")
        used |= set(re.findall(r"audit\.record(?:_look)?\(\s*\"([a-z_]+\.[a-z_]+)\"", text))
    assert used <= set(TITLES), sorted(used - set(TITLES))


def test_a_real_site_has_no_stage_door() -> None:
    text = (SOURCE / "config" / "settings" / "production.py").read_text(encoding="utf-8")
    assert "ONEDOOR_DEMONSTRATION_CLOCK" not in text
    assert "if settings.ONEDOOR_DEMONSTRATION_CLOCK is not None" in (SOURCE / "config" / "urls.py").read_text()


def test_every_address_that_writes_has_its_recipe() -> None:
    """Write one in tests/platform/replays: test_hundred.py sends it a hundred times and finds one effect."""
    from tests.platform.replays.test_hundred import API_RECIPES, RECIPES
    from tests.test_replays import api_writes, keyed_pages

    assert set(RECIPES) == keyed_pages()
    assert set(API_RECIPES) == api_writes()
