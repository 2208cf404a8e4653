"""What a citizen sends: one recipe for each address of the portal that writes."""

from datetime import date, timedelta

from tests.platform import library
from tests.platform.cases.test_linked_cases import WHY
from tests.platform.desks import own
from tests.platform.identity.test_guardians import CONSENT
from tests.platform.library import FRIEND, ITEM, MACHINE, READER, REFUSED
from tests.platform.replays.stage import AT, LATER, Sent, Stage, picture, sends

from onedoor.platform.cases import operations
from onedoor.platform.cases.models import Case, PublicNotice
from onedoor.platform.cases.operations.desk import Defect
from onedoor.platform.cases.paper_forms import codes
from onedoor.platform.certificates import operations as certificates
from onedoor.platform.certificates.models import Certificate
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity.models import LoginSession
from onedoor.platform.messages.models import Message

TYPED = {"name": READER.name, "id_number": READER.id_number, "student": "no", "books-rows": "0"}


@sends("password")
def password(stage: Stage) -> Sent:
    fields = {"id_number": READER.id_number, "password": "a-long-password-7"}
    return Sent("reader", "/login/password/", fields, ends_session=True)


@sends("sessions")
def sessions(stage: Stage) -> Sent:
    login = stage.desk.client("reader").session["_auth_user_id"]
    identity.begin_session(
        login_id=int(login), session_key="other", device_code="d", device="苹果手机", actor=MACHINE, at=AT
    )
    return Sent("reader", "/login/sessions/", {"session": LoginSession.objects.get(session_key="other").pk})


@sends("start")
def start(stage: Stage) -> Sent:
    return Sent("reader", f"/items/{ITEM}/start/", {"applicant": stage.books.reader.pk})


@sends("draft_section")
def section(stage: Stage) -> Sent:
    draft = operations.start_draft(
        item_code=ITEM, applicant_id=stage.books.reader.pk, actor=stage.books.citizen(), at=AT
    )
    return Sent("reader", f"/drafts/{draft.pk}/s/reader/", TYPED | {"revision": draft.revision})


@sends("draft_changes")
def changes(stage: Stage) -> Sent:
    draft = stage.books.draft(AT)
    limits = {**library.item().model_dump(mode="json")["limits"], "promised": {"days": 8, "unit": "workday"}}
    library.publish(library.item(limits=limits), valid_from=AT.date())
    return Sent("reader", f"/drafts/{draft.pk}/changes/")


@sends("draft_materials")
def materials(stage: Stage) -> Sent:
    draft = stage.books.draft(AT, photo=False)
    return Sent("reader", f"/drafts/{draft.pk}/materials/", {"file_photo": picture()})


@sends("paper_form")
def paper_form(stage: Stage) -> Sent:
    draft = stage.books.draft(AT)
    return Sent("reader", "/paper/", {"scan": picture(), "code": str(codes.of_draft(draft.pk))})


@sends("draft_consents")
def consents(stage: Stage) -> Sent:
    stage.published(consents=[CONSENT])
    return Sent("reader", f"/drafts/{stage.books.draft(AT).pk}/consents/", {"consent": "0"})


@sends("draft_review")
def review(stage: Stage) -> Sent:
    draft = stage.books.draft(AT)
    fields = {"revision": draft.revision, "delivery": "post"}
    return Sent("reader", f"/drafts/{draft.pk}/review/", fields)


@sends("draft_discard")
def discard(stage: Stage) -> Sent:
    return Sent("reader", f"/drafts/{stage.books.draft(AT).pk}/discard/")


@sends("hand_in")
def hand_in(stage: Stage) -> Sent:
    return Sent("reader", own(stage.books.submitted(AT), "hand-in/"))


@sends("undo")
def undo(stage: Stage) -> Sent:
    return Sent("reader", own(stage.books.submitted(AT), "undo/"))


@sends("supplement")
def supplement(stage: Stage) -> Sent:
    case = stage.books.received(AT)
    defect = Defect("photo", problem="看不清楚", how_to_fix="在亮处重新拍一张", basis="《公共图书馆法》")
    operations.request_supplement(case_id=case.pk, defects=[defect], actor=stage.books.officer("clerk"), at=AT)
    return Sent("reader", own(case, "supplement/"), {"file_photo": picture("新照片"), "hand_in": "1"})


@sends("again")
def again(stage: Stage) -> Sent:
    case = stage.books.received(AT)
    clerk = stage.books.officer("clerk")
    operations.refuse_acceptance(case_id=case.pk, **REFUSED, competent_organ="", actor=clerk, at=AT)
    return Sent("reader", own(case, "again/"))


@sends("withdraw")
def withdraw(stage: Stage) -> Sent:
    return Sent("reader", own(stage.books.received(AT), "withdraw/"))


@sends("hearing")
def hearing(stage: Stage) -> Sent:
    case = stage.books.accepted(AT)
    reviewer = stage.books.officer("reviewer")
    operations.inform_hearing_right(case_id=case.pk, reason="拟不予办证，因为不住在本区。", actor=reviewer, at=AT)
    return Sent("reader", own(case, "hearing/"), {"answer": "request"})


@sends("defence")
def defence(stage: Stage) -> Sent:
    granted, reviewer = stage.granted(), stage.books.officer("reviewer")
    case = operations.propose_revocation(case_id=granted.pk, ending="revoke", **WHY, actor=reviewer, at=LATER)
    return Sent("reader", own(case, "defence/"), {"statement": "租约是中介给的，我不知道是假的。"})


@sends("delivery")
def delivery(stage: Stage) -> Sent:
    return Sent("reader", own(stage.books.received(AT), "delivery/"), {"delivery": "post"})


@sends("correct")
def correct(stage: Stage) -> Sent:
    return Sent("reader", own(stage.books.received(AT), "correct/"), {"student": "no", "deposit": "30"})


@sends("linked")
def linked(stage: Stage) -> Sent:
    return Sent("reader", own(stage.granted(), "linked/"), {"relation": "change"})


@sends("notice")
def notice(stage: Stage) -> Sent:
    case = stage.books.noticed(AT)
    text = {"text": "他不住在本区，租约是假的。", "contact": "13900000000"}
    return Sent("", f"/notices/{PublicNotice.objects.get(case=case).pk}/", text)


@sends("messages")
def messages(stage: Stage) -> Sent:
    from onedoor.platform.kernel import outbox

    stage.books.received(AT)
    outbox.deliver_pending(at=AT)
    message = Message.objects.filter(channel="inbox", recipient_id=stage.books.reader.pk).latest("created_at")
    return Sent("reader", "/me/messages/", {"message": message.pk})


@sends("delegations")
def delegations(stage: Stage) -> Sent:
    fields = {
        "name": FRIEND.name,
        "id_number": FRIEND.id_number,
        "items": [ITEM],
        "scopes": ["view", "submit"],
        "valid_to": (AT + timedelta(days=90)).date().isoformat(),
    }
    return Sent("reader", "/me/delegations/", fields)


@sends("signatures")
def signatures(stage: Stage) -> Sent:
    from onedoor.platform.cases.models import WantedSignature

    stage.published(consents=[CONSENT])
    stage.books.draft(AT)
    return Sent("reader", "/me/signatures/", {"wanted": WantedSignature.objects.get().pk})


@sends("my_consents")
def my_consents(stage: Stage) -> Sent:
    consent = identity.give_consent(
        person_id=stage.books.reader.pk,
        purpose="library.check",
        sources=["police.household"],
        months=12,
        text_digest="0" * 64,
        reference="draft:x",
        method="self",
        actor=stage.books.citizen(),
        at=AT,
    )
    return Sent("reader", "/me/consents/", {"consent": consent.pk})


def card(stage: Stage) -> Certificate:
    """Return a library card of the reader."""
    from tests.platform.certificates.conftest import LIBRARY_CARD

    organ = stage.books.organs[library.COUNTY]
    return certificates.issue_certificate(
        kind=LIBRARY_CARD.code,
        holders=[certificates.Holder(READER.name, person_id=stage.books.reader.pk, number=READER.id_number)],
        issuer=certificates.Issuer(organ.pk, organ.name, organ.uscc),
        division=library.COUNTY,
        case_number="11010526110000001",
        face={"reading_room": "二层", "evenings": True, "family": []},
        valid_from=date(2026, 9, 1),
        last_valid_on=date(2027, 8, 31),
        actor=MACHINE,
        at=AT,
    )


@sends("my_certificate")
def my_certificate(stage: Stage) -> Sent:
    fields = {"purpose": "入馆查验", "fields": ["reading_room"]}
    return Sent("reader", f"/me/certificates/{card(stage).identifier}/", fields)


@sends("shown")
def shown(stage: Stage) -> Sent:
    code = certificates.make_show_code(
        certificate_id=card(stage).pk,
        purpose="入馆查验",
        fields=["reading_room"],
        actor=stage.books.citizen(),
        at=AT,
    )
    return Sent("", f"/shown/{code.code}/")


@sends("my_data")
def my_data(stage: Stage) -> Sent:
    case: Case = stage.books.received(AT)
    operations.withdraw_case(case_id=case.pk, actor=stage.books.citizen(), at=AT)
    return Sent("reader", "/me/data/")


@sends("explain")
def explain(stage: Stage) -> Sent:
    from tests.platform.cases.test_conflicts import finding, report

    case = stage.books.accepted(AT)
    (found,) = report(case, finding(), at=AT)
    return Sent("reader", own(case, f"conflicts/{found.pk}/"), {"text": "押金已经退还，有收据为证。"})


@sends("use")
def use(stage: Stage) -> Sent:
    return Sent("reader", f"/me/uses/{used(stage)}/", {"kind": "wrong", "text": "我是学生读者，不是成人读者。"})


def used(stage: Stage) -> str:
    """Let the invented dataset be used about the reader, and return the receipt."""
    from tests.platform.exchange.shared import BORROWERS, CHECK, DATASET

    from onedoor.platform.exchange import operations as exchange

    BORROWERS.clear()
    BORROWERS.add(stage.books.reader.pk)
    answer = exchange.use_dataset(
        source=DATASET.code,
        purpose=CHECK.code,
        business="case:1",
        person_ids=[stage.books.reader.pk],
        actor=MACHINE,
        at=AT,
    )
    return str(answer.receipt)
