"""What a program sends: one recipe for each operation of the API that writes, most of them staged like the page's own."""

import re
from collections.abc import Callable
from typing import Any

import yaml
from django.urls import resolve
from tests.platform.exchange.shared import DATASET
from tests.platform.identity.bereaved import CORRECTION, bury
from tests.platform.library import FRIEND, ITEM, READER
from tests.platform.replays.stage import RECIPES, Sent, Stage, posts

Fields = dict[str, Any]
API = "/api/v1"


def as_it_is(fields: Fields) -> Fields:
    return fields


def like(page: str, path: str, read: Callable[[Fields], Fields] = as_it_is, *, method: str = "post") -> None:
    """Say that an operation is staged like a page: the same people and things, the fields put as JSON by `read`."""

    def recipe(stage: Stage) -> Sent:
        sent = RECIPES[page](stage)
        known = {
            **{f"{name}_id": value for name, value in sent.fields.items()},
            **sent.fields,
            **resolve(sent.url).kwargs,
        }
        url = re.sub(r"{(\w+)}", lambda found: str(known[found[1]]), path)
        return Sent(sent.who, f"{API}{url}", read(sent.fields), cookies=sent.cookies)

    posts(f"{API}{path}", method)(recipe)


def nothing(fields: Fields) -> Fields:
    return {}


def only(*names: str) -> Callable[[Fields], Fields]:
    return lambda fields: {name: fields[name] for name in names if name in fields}


def sign(fields: Fields) -> Fields:
    return {"position": int(fields["consent"])}


def paper(fields: Fields) -> Fields:
    return {"code": "photo", "file": fields["file_photo"]}


def section(fields: Fields) -> Fields:
    answers = {"name": READER.name, "id_number": READER.id_number, "student": False, "books": []}
    return {"revision": fields["revision"], "answers": answers}


def defects(fields: Fields) -> Fields:
    defect = {"material": "proof", "code": fields["code-proof"], "problem": fields["problem-proof"]}
    return {"defects": [defect | {"how_to_fix": fields["how-proof"]}], "override": fields.get("override", "")}


def visited(fields: Fields) -> Fields:
    kept = only("offline_id", "step", "findings", "note")(fields)
    more = {"visited_at": "2026-09-01T09:10:00+08:00", "answers": {"opened_by": "读者本人"}, "signed_by_member": True}
    return kept | more | {"team": [fields["colleague"]]}


def decided(fields: Fields) -> Fields:
    return {"granted": True}


def corrected(fields: Fields) -> Fields:
    answers = {"student": False, "deposit": fields["deposit"]}
    return {"answers": answers, "present": fields.get("present") == "yes"}


def imported(fields: Fields) -> Fields:
    row = {"title": "借书证", "number": "J1", "issuer_name": "旧馆", "holders": ["赵六", "钱七"]}
    return {"source": fields["source"], "rows": [row | {"issued_on": "1988-05-06"}]}


def as_yaml(fields: Fields) -> Fields:
    return {"definition": yaml.safe_load(fields["definition"])}


def offered(fields: Fields) -> Fields:
    own = only("organ_nature", "power_source", "consult", "supervise")(fields)
    return {"own": own, "overrides": {"limits.promised": {"days": 4}}}


def paused(fields: Fields) -> Fields:
    return fields | {name: f"{fields[name]}:00+08:00" for name in ("starts_at", "ends_at")}


# An application and a case, as the applicant

like("notice", "/notices/{notice_id}/objections")
like("shown", "/show-codes/{code}/look")
like("start", "/drafts", lambda fields: {"item": ITEM, "applicant": fields["applicant"]})
like("draft_discard", "/drafts/{draft_id}", method="delete")
like("draft_section", "/drafts/{draft_id}/sections/{section}", section, method="put")
like("draft_changes", "/drafts/{draft_id}/changes")
like("draft_materials", "/drafts/{draft_id}/materials", paper)
like("paper_form", "/paper-forms", lambda fields: {"code": fields["code"], "file": fields["scan"]})
like("draft_consents", "/drafts/{draft_id}/consents", sign)
like("draft_review", "/drafts/{draft_id}/submission")
like("hand_in", "/cases/{number}/handing-in")
like("undo", "/cases/{number}/undoing")
like("supplement", "/cases/{number}/supplement/materials", paper)
like("withdraw", "/cases/{number}/withdrawal")
like("again", "/cases/{number}/new-application")
like("linked", "/cases/{number}/linked-application")
like("hearing", "/cases/{number}/hearing-answer")
like("defence", "/cases/{number}/defence")
like("delivery", "/cases/{number}/delivery-choice", method="put")
like("correct", "/cases/{number}/corrections", corrected)
like("messages", "/me/messages/{message_id}/reading", nothing)
like("delegations", "/me/delegations")
like("signatures", "/me/signatures/{wanted_id}", nothing)
like("my_consents", "/me/consents/{consent_id}/withdrawal", nothing)
like("my_data", "/me/data-requests")
like("sessions", "/me/sessions/{session_id}", nothing, method="delete")
like("my_certificate", "/me/certificates/{identifier}/show-codes")

# A case, as its officers

like("accept", "/cases/{number}/acceptance")
like("ask_supplement", "/cases/{number}/supplement-requests", defects)
like("refuse", "/cases/{number}/refusal")
like("dispense", "/cases/{number}/dispensation")
like("visit", "/cases/{number}/visits", visited)
like("opinion", "/cases/{number}/opinions/{step}")
like("post_notice", "/cases/{number}/notices/{step}")
like("decide", "/cases/{number}/decision", decided)
like("decide_at_once", "/cases/{number}/immediate-decision", decided)
like("extend", "/cases/{number}/extension")
like("special", "/cases/{number}/special-procedure")
like("terminate", "/cases/{number}/termination")
like("deliver", "/cases/{number}/deliveries")
like("confirm_decision", "/cases/{number}/confirmation", lambda fields: {"agreed": True})
like("staff_hearing", "/cases/{number}/hearing/information", only("reason"))
like("declare_relative", "/cases/{number}/relatives")
like("transfer", "/cases/{number}/transfer")
like("propose_revocation", "/cases/{number}/revocation")
like("decide_revocation", "/cases/{number}/revocation/decision", lambda fields: fields | {"upheld": True})
like("voids", "/void-requests")
like("objection", "/objections/{objection_id}/closing")

# Everything beside cases

like("window_verify", "/window/verifications")
like("window_delegate", "/window/delegations")
like("window_guard", "/window/guardianships")
like("window_lookup", "/window/deaths")
like("death", "/window/deaths/{statement_id}/settlement", lambda fields: {"confirmed": True})


@posts(f"{API}/window/death-corrections")
def death_correction(stage: Stage) -> Sent:
    bury(stage.books, stage.books.friend)
    who = {"name": FRIEND.name, "id_number": FRIEND.id_number}
    return Sent("clerk", f"{API}/window/death-corrections", who | CORRECTION)


like("assist", "/window/assistance", only("name", "id_number", "evidence", "document", "method", "document_valid_to"))
like("assist_check", "/window/assistance/identity-check")
like("reset", "/officers/{username}/reset", only("witness_note"))
like("certificate_void", "/certificates/{identifier}/voiding")
like("certificate_suspend", "/certificates/{identifier}/suspension")
like("certificate_resume", "/certificates/{identifier}/resumption")
like("certificate_print", "/certificates/{identifier}/prints")
like("certificate_change", "/certificates/{identifier}/reissues")
like("staff_imports", "/certificate-imports", imported)
like("staff_imported", "/certificate-imports/{imported_id}/settlement", lambda fields: fields | {"accept": True})
like("item_new", "/catalog/items", as_yaml)
like("item_draft", "/catalog/items/{code}/versions", as_yaml)
like("offering_draft", "/catalog/items/{code}/offering", offered)
like("staff_offering", "/catalog/offerings/{offering_id}/deeds")
like("parameter", "/parameters/{key}/proposals")
like("parameter_proposal", "/parameter-proposals/{proposal_id}/deeds")
like("new_officer", "/officers")
like("officer", "/officers/{login_id}/dismissal")
like("absences", "/absences")
like("organizations", "/organizations")
like("organization", "/organizations/{organization_id}/units", lambda fields: {"name": fields["unit"]})
like("divisions", "/reorganisations/new-divisions")
like("sharing_ask", "/sharing", lambda fields: fields | {"dataset": DATASET.code})
like("sharing", "/sharing/{number}/grant")
like("source", "/sources/{code}/windows", paused)
like("suspensions", "/audit/suspensions/{suspension_id}/release", only("note"))
