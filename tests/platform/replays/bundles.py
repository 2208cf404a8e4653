"""What is sent about a bundle: by its reader, by the pages and by a program, and by who keeps and publishes bundles."""

from typing import Any

from tests.journeys.conftest import photo
from tests.platform.bundles.society import Society, open_society, text
from tests.platform.library import READER, TOWN
from tests.platform.replays.machines import API
from tests.platform.replays.machines_more import operation
from tests.platform.replays.stage import AT, LATER, Sent, Stage, picture, sends

from onedoor.platform.bundles import operations
from onedoor.platform.bundles.models import BundleCase, ProactiveOffer

YOU = {"name": READER.name, "id_number": READER.id_number, "is_student": "no"}
OPINION = "合法合理，可以发布。"


def society(stage: Stage) -> Society:
    return open_society(stage.books, account=False)


def mine(who: str, case: BundleCase, path: str, fields: dict[str, Any] | None = None) -> Sent:
    return Sent(who, f"/bundles/{case.pk}/{path}", fields or {})


def called(who: str, case: BundleCase, path: str, fields: dict[str, Any] | None = None) -> Sent:
    return Sent(who, f"{API}/me/bundles/{case.pk}{path}", fields or {})


def drafted(stage: Stage, words: str) -> int:
    actor = stage.books.officer("item_manager")
    return operations.draft_bundle(bundle=operations.read_bundle(words), actor=actor, at=AT).pk


@sends("bundle")
def begin(stage: Stage) -> Sent:
    society(stage)
    return Sent("reader", "/together/library.welcome/")


@operation("/bundles/{code}/cases")
def call_begin(stage: Stage) -> Sent:
    society(stage)
    return Sent("reader", f"{API}/bundles/library.welcome/cases")


@sends("bundle_choose")
def choose(stage: Stage) -> Sent:
    case = society(stage).begin(AT)
    return mine("reader", case, "choose/", {"revision": case.revision, "has_bag": "yes", "members": "room"})


@operation("/me/bundles/{bundle_id}/members", "put")
def call_choose(stage: Stage) -> Sent:
    case = society(stage).begin(AT)
    return called(
        "reader", case, "/members", {"revision": case.revision, "answers": {"has_bag": True}, "members": ["room"]}
    )


@sends("bundle_section")
def section(stage: Stage) -> Sent:
    case = society(stage).begin(AT)
    return mine("reader", case, "s/you/", {"revision": case.revision, **YOU})


@operation("/me/bundles/{bundle_id}/sections/{section}", "put")
def call_section(stage: Stage) -> Sent:
    case = society(stage).begin(AT)
    answers = {**YOU, "is_student": False}
    return called("reader", case, "/sections/you", {"revision": case.revision, "answers": answers})


@sends("bundle_papers")
def papers(stage: Stage) -> Sent:
    return mine("reader", society(stage).begin(AT), "papers/", {"file_portrait": picture("一寸照片")})


@operation("/me/bundles/{bundle_id}/materials")
def call_paper(stage: Stage) -> Sent:
    return called("reader", society(stage).begin(AT), "/materials", {"code": "portrait", "file": picture("一寸照片")})


@operation("/me/bundles/{bundle_id}/materials/{paper_id}", "delete")
def call_remove(stage: Stage) -> Sent:
    case = society(stage).begin(AT)
    paper = operations.add_bundle_paper(
        bundle_id=case.pk,
        paper="portrait",
        content=photo("一寸").read(),
        name="a.jpg",
        actor=stage.books.citizen(),
        at=AT,
    )
    return Sent("reader", f"{API}/me/bundles/{case.pk}/materials/{paper.pk}")


@sends("bundle_review")
def review(stage: Stage) -> Sent:
    case = society(stage).filled(AT)
    return mine("reader", case, "review/", {"revision": case.revision, "delivery": "electronic"})


@operation("/me/bundles/{bundle_id}/submission")
def call_submit(stage: Stage) -> Sent:
    case = society(stage).filled(AT)
    return called("reader", case, "/submission", {"revision": case.revision, "delivery": "electronic"})


@sends("bundle_case")
def report(stage: Stage) -> Sent:
    return mine("reader", society(stage).submitted(AT), "", {"reported": "canteen"})


@operation("/me/bundles/{bundle_id}/reports")
def call_report(stage: Stage) -> Sent:
    return called("reader", society(stage).submitted(AT), "/reports", {"member": "canteen"})


@sends("bundle_cancel")
def cancel(stage: Stage) -> Sent:
    return mine("reader", society(stage).submitted(AT), "cancel/")


@operation("/me/bundles/{bundle_id}/cancellation")
def call_cancel(stage: Stage) -> Sent:
    return called("reader", society(stage).submitted(AT), "/cancellation")


@sends("bundle_discard")
def discard(stage: Stage) -> Sent:
    return mine("reader", society(stage).filled(AT), "discard/")


@operation("/me/bundles/{bundle_id}", "delete")
def call_discard(stage: Stage) -> Sent:
    return called("reader", society(stage).filled(AT), "")


@sends("bundle_new")
def draft(stage: Stage) -> Sent:
    society(stage)
    return Sent("item_manager", "/staff/bundles/new/", {"definition": text(title="入馆一件事（新）")})


@operation("/bundle-versions")
def call_draft(stage: Stage) -> Sent:
    society(stage)
    return Sent("item_manager", f"{API}/bundle-versions", {"definition": text(title="入馆一件事（新）")})


@sends("bundle_version")
def publish(stage: Stage) -> Sent:
    society(stage)
    number = drafted(stage, text(title="入馆一件事（新）"))
    fields = {"answer": "publish", "opinion": OPINION, "valid_from": AT.date().isoformat()}
    return Sent("legal_reviewer", f"/staff/bundles/versions/{number}/", fields)


@operation("/bundle-versions/{version_id}/review")
def call_publish(stage: Stage) -> Sent:
    society(stage)
    number = drafted(stage, text(title="入馆一件事（新）"))
    fields = {"publish": True, "opinion": OPINION, "valid_from": AT.date().isoformat()}
    return Sent("legal_reviewer", f"{API}/bundle-versions/{number}/review", fields)


def offer(stage: Stage) -> int:
    """Return an offer of the reader, as a night's run would have made it."""
    society(stage)
    return ProactiveOffer.objects.create(
        person=stage.books.reader,
        entitlement="library.elder_locker",
        item_code="library.pass_card",
        line="library",
        division=TOWN,
        period="2026",
        reasons=[{"text": "满六十岁。", "article": "第二条"}],
        facts={"age": "66"},
        offered_at=AT,
        expires_at=LATER,
    ).pk


def contested(stage: Stage) -> int:
    number = offer(stage)
    operations.contest_offer(offer_id=number, text="出生日期不对。", actor=stage.books.citizen(), at=AT)
    return number


@sends("offers")
def switch(stage: Stage) -> Sent:
    return Sent("reader", "/offers/", {"checks": "off"})


@operation("/me/proactive-checks", "put")
def call_switch(stage: Stage) -> Sent:
    return Sent("reader", f"{API}/me/proactive-checks", {"allowed": False})


@sends("offer")
def accept(stage: Stage) -> Sent:
    return Sent("reader", f"/offers/{offer(stage)}/", {"answer": "accept"})


@operation("/me/offers/{offer_id}/acceptance")
def call_accept(stage: Stage) -> Sent:
    return Sent("reader", f"{API}/me/offers/{offer(stage)}/acceptance")


@operation("/me/offers/{offer_id}/refusal")
def call_decline(stage: Stage) -> Sent:
    return Sent("reader", f"{API}/me/offers/{offer(stage)}/refusal")


@operation("/me/offers/{offer_id}/contest")
def call_contest(stage: Stage) -> Sent:
    return Sent("reader", f"{API}/me/offers/{offer(stage)}/contest", {"text": "出生日期不对。"})


@sends("staff_contested")
def answer(stage: Stage) -> Sent:
    return Sent("reviewer", f"/staff/offers/contested/{contested(stage)}/", {"answer": "已更正出生日期。"})


@operation("/contested-offers/{offer_id}/answer")
def call_answer(stage: Stage) -> Sent:
    return Sent("reviewer", f"{API}/contested-offers/{contested(stage)}/answer", {"answer": "已更正出生日期。"})
