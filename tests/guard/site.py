"""One county with something behind every address, and a browser for everybody who might come."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import time_machine
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from onedoor.api.root import ROOMS, api
from onedoor.platform.bundles.models import ProactiveOffer
from onedoor.platform.cases.models import Case, CaseDocument, Draft, Signatory
from onedoor.platform.catalog.forms import FormField
from onedoor.platform.catalog.models import Offering
from onedoor.platform.certificates import kinds
from onedoor.platform.certificates import operations as certificates
from onedoor.platform.certificates.kinds import CertificateKind, FaceField
from onedoor.platform.feedback import operations as feedback
from onedoor.platform.feedback.models import Complaint
from onedoor.platform.files import operations as files
from onedoor.platform.identity import clients
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity.models import Login, Person
from onedoor.platform.identity.roles import scopes_for
from onedoor.platform.messages import wording
from onedoor.platform.messages.models import Outreach, TemplateVersion
from onedoor.platform.network.models import Incident, Incoming, Node, Received, SyncConflict
from onedoor.platform.payments.receipts import seal_of
from onedoor.platform.publishing.placing import place_due
from onedoor.platform.recognition.models import Dictation
from onedoor.platform.visits import checklists
from onedoor.platform.visits.checklists import Checklist
from tests.platform import clubs, library
from tests.platform.appointments.hall import open_hall
from tests.platform.bundles.society import open_society
from tests.platform.channels import switchboard
from tests.platform.channels.machine import in_use
from tests.platform.identity.bereaved import state
from tests.platform.identity.test_scope import bad_review, complaint, inquiry
from tests.platform.knowledge.conftest import handed_over, published
from tests.platform.library import CHINA, LONG_AGO, MACHINE, Library
from tests.platform.network.partner import exchanged
from tests.platform.payments.made import money_moved
from tests.platform.publishing import conftest as publishing
from tests.platform.replays.rating_codes import rating_code
from tests.sessions import prove

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)
NOW = AT + timedelta(days=1)
CARD = CertificateKind(
    code="library.guard_card",
    title="借书证",
    line="library",
    type_code="111000000009999936003",
    type_code_is_placeholder=True,
    holder="person",
    face=(FaceField("reading_room", "阅览室"),),
)
kinds.register(CARD)
ASKED = FormField(code="at_home", type="yes_no", label="家里有人吗")
CHECKLIST = Checklist("library.visit", version=1, title="看看家里", questions=(ASKED,), findings=(("agree", "属实"),))

# Who comes, in the order of the columns of the table. All officers but `elsewhere` belong to the county of the case;
# `system` is a client of the API of that county, with every scope its role can have.
VISITORS = (
    "anonymous",
    "applicant",
    "stranger",
    "clerk",
    "elsewhere",
    "approver",
    "supervisor",
    "auditor",
    "sysadmin",
    "secadmin",
    "item_manager",
    "data_steward",
    "chief",
    "handler",
    "system",
)


def heard(books: Library) -> Dictation:
    """Return what the reader has said and the listener has put into words."""
    return Dictation.objects.create(
        person=books.reader, purpose="search", state=Dictation.State.HEARD, words="高龄津贴", asked_at=NOW
    )


@dataclass(frozen=True)
class Address:
    """One address of the site: its name (or its pattern, where it has none) and its pattern with <parameters>."""

    name: str
    pattern: str

    def filled(self, objects: dict[str, str]) -> str:
        """Return the address of a thing that exists. Words that depend on the page are found under "name.parameter"."""

        def fill(found: "re.Match[str]") -> str:
            parameter = found[1].rpartition(":")[2]
            return objects[f"{self.name}.{parameter}" if f"{self.name}.{parameter}" in objects else parameter]

        return "/" + re.sub(r"<([^>]+)>", fill, self.pattern)


def methods_of(one: Address) -> tuple[str, ...]:
    """Return the methods tried at an address: reading and posting everywhere, at the API what it has besides."""
    if one.name not in _api_methods():
        return ("GET", "POST")
    return ("GET", "POST", *sorted(_api_methods()[one.name] - {"GET", "POST"}))


@cache
def _api_methods() -> dict[str, set[str]]:
    """Return the methods of every address of the API, by the address's name."""
    found: dict[str, set[str]] = {}
    for room in ROOMS:
        for path in room.room.path_operations.values():
            methods = {method for operation in path.operations for method in operation.methods}
            found[f"api_{api.get_openapi_operation_id(path.operations[0])}"] = methods
    return found


def addresses() -> list[Address]:
    """
    Return every address the site answers, from the resolver itself, so that none can be forgotten.

    The API has one pattern for each operation of an address; they are one address, named after the first.
    """
    found = {one.pattern: one for one in reversed(list(_walk(get_resolver(), "")))}
    return list(reversed(found.values()))


def _walk(resolver: URLResolver, before: str) -> Iterator[Address]:
    for one in resolver.url_patterns:
        pattern = before + str(one.pattern)
        if isinstance(one, URLPattern):
            yield Address(one.name or pattern, pattern)
        else:
            yield from _walk(one, pattern)


def bundle(books: Library) -> dict[str, str]:
    """Hand one bundle of the reader in, begin another, and return what their addresses name."""
    society = open_society(books, account=False)
    submitted = society.submitted(NOW)
    filling = society.begin(NOW)
    running = ("bundle_receipt", "bundle_results", "bundle_cancel", "api_bundles_get_bundle", "api_bundles_report")
    offer = ProactiveOffer.objects.create(
        person=books.reader,
        entitlement="library.elder_locker",
        item_code="library.pass_card",
        line="library",
        division=library.TOWN,
        period="2026",
        reasons=[{"text": "满六十岁。", "article": "第二条"}],
        facts={"age": "66"},
        offered_at=AT,
        expires_at=NOW + timedelta(days=60),
    )
    return {
        "offer_id": str(offer.pk),
        "staff_left_out.code": "library.elder_locker",
        "staff_left_out.why": "unknown",
        "bundle_id": str(filling.pk),
        **{f"{page}.bundle_id": str(submitted.pk) for page in (*running, "api_bundles_cancel")},
        "bundle.code": "library.welcome",
        "api_bundles_read_bundle.code": "library.welcome",
        "api_bundles_begin.code": "library.welcome",
        "bundle_section.section": "you",
        "api_bundles_get_section.section": "you",
        "staff_bundle.number": str(submitted.number),
        "api_bundles_get_case.number": str(submitted.number),
        **dict.fromkeys(
            ("bundle_version.version_id", "api_bundles_get_version.version_id", "api_bundles_settle.version_id"),
            str(submitted.version_id),
        ),
    }


def build(books: Library, traveller: time_machine.Traveller) -> tuple[dict[str, str], Callable[[str], Client]]:
    """Fill the county and return what the addresses name, and a function that gives a visitor's browser."""
    case = books.noticed(AT)
    draft = books.draft(NOW)
    organ = books.organs[library.COUNTY]
    card = certificates.issue_certificate(
        kind=CARD.code,
        holders=[certificates.Holder(name=books.reader.name, person_id=books.reader.pk)],
        issuer=certificates.Issuer(organization_id=organ.pk, name=organ.name, code=organ.uscc),
        division=library.COUNTY,
        valid_from=date(2026, 9, 1),
        last_valid_on=None,
        face={"reading_room": "一层"},
        case_number=case.number,
        actor=MACHINE,
        at=NOW,
    )
    board = switchboard.build(books)
    document = CaseDocument.objects.filter(case=case).order_by("id").first()
    material = case.materials.order_by("id").first()
    notice = case.notices.order_by("id").first()
    assert document is not None
    assert material is not None
    assert notice is not None
    about: dict[str, Any] = {"target": draft.target, "purpose": "photo", "name": "a.pdf", "size": 9, "sha256": ""}
    complained = complaint(books, about=library.TOWN, to=library.COUNTY)
    stuck = unsolved(books, AT)
    entry, conversation = published(books, AT), handed_over(books, AT)
    photographed = publishing.pictured(books, AT, content=publishing.photo(1600, 1000, busy=True))
    publishing.pictured(books, AT, number=photographed.publication.number)
    unfinished = publishing.pictured(books, AT)
    published_text = publishing.let_go(books, photographed.publication.number, AT)
    place_due(at=AT)
    objects = {
        "number": case.number,
        "draft_id": str(draft.pk),
        "upload_id": str(files.begin_upload(**about, actor=books.citizen(), at=NOW).pk),
        "identifier": card.identifier,
        "token": card.token,
        "certificate_id": str(card.pk),
        "document_id": str(document.pk),
        "file_id": str(material.file_id),
        "notice_id": str(notice.pk),
        "code": library.ITEM,
        "section": "reader",
        "step": "opinion",
        "shown": "open",
        "part": "0",
        "login_id": str(Login.objects.get(username="clerk").pk),
        "organization_id": str(organ.pk),
        "offering_id": str(Offering.objects.get().pk),
        "key": "library.loan_days",
        "proposal_id": "1",
        "show_id": "1",
        "entry_id": "1",
        "objection_id": "1",
        "imported_id": "1",
        "conflict_id": "1",
        "receipt": "00000000-0000-4000-8000-000000000000",
        "item_version.number": "1",
        "item_export.number": "1",
        "item_simulation.number": "1",
        "service.code": "marriage",
        "life_event.code": "hardship",
        "shown.code": "ABCDEF",
        **_notices(books),
        "register.code": "assistance",
        "check_original.code": "photo",
        "take_certificate.code": "photo",
        "receive_paper.code": "photo",
        "ticket_id": "1",
        "commitment_id": "1",
        "register_entry.code": "assistance",
        "asked_id": "1",
        "absence_id": "1",
        "reset_id": "1",
        "consent_id": "1",
        "delegation_id": "1",
        "outside_begin.code": "nowhere",
        "outside_back.code": "nowhere",
        "entity_id": str(clubs.bound(books).pk),
        "operator_id": "1",
        "guardianship_id": "1",
        "material_id": str(material.pk),
        "paper_id": "1",
        "message_id": "00000000-0000-4000-8000-000000000001",
        "name": "relation",
        "post_id": str(books.posts["clerk"]),
        "session_id": "1",
        "statement_id": str(state(books, books.friend, AT).pk),
        "suspension_id": "1",
        "review_id": str(bad_review(books).pk),
        "complaint_id": str(complained.pk),
        "unsolved.number": stuck.number,
        "api_unsolved_get_own.number": stuck.number,
        "api_unsolved_act_on_own.number": stuck.number,
        "api_unsolved_add_own_paper.number": stuck.number,
        "inquiry_id": str(inquiry(complained, books).pk),
        "access_id": "1",
        "dictation_id": str(heard(books).pk),
        "month": "2026-08",
        "rate.code": rating_code(books),
        "order_id": str(board.dispatched(NOW).pk),
        "unit_id": "1",
        "username": "clerk",
        "version": "1",
        "version_id": str(entry.pk),
        "publication.number": published_text.number,
        "publication_reach.number": published_text.number,
        **dict.fromkeys(
            [f"api_news_{act}.number" for act in ("read_news", "get_publication", "act_on_publication", "read_reach")],
            published_text.number,
        ),
        "publication_pictures.number": unfinished.publication.number,
        "publication_picture.number": unfinished.publication.number,
        "publication_picture.picture_id": str(unfinished.pk),
        **dict.fromkeys(
            [f"api_news_{act}.number" for act in ("add_picture", "remove_picture")], unfinished.publication.number
        ),
        "api_news_remove_picture.picture_id": str(unfinished.pk),
        "news_picture.number": published_text.number,
        "news_picture.picture_id": str(photographed.pk),
        "news_picture_large.number": published_text.number,
        "news_picture_large.picture_id": str(photographed.pk),
        "publication_edit.number": publishing.drafted(books, AT).number,
        "news_article.number": published_text.number,
        "staff_entry_edit.number": entry.entry.number,
        "policy.number": entry.entry.number,
        "conversation_id": str(conversation.pk),
        "word": "低保",
        "wanted_id": "1",
        "subscription_id": "1",
        "account_id": "1",
        "device_id": "1",
        "export_id": "00000000-0000-4000-8000-000000000002",
        "signatory_id": str(_to_sign(books, draft)),
        "api_public_look_at_shown.code": "ABCDEF",
        **dict.fromkeys(
            (
                *("api_papers_choose_paper.code", "api_papers_sign_commitment.code", "api_papers_give_papers.code"),
                *("api_papers_check_original.code", "api_papers_take_certificate.code"),
            ),
            "photo",
        ),
        "api_catalog_desk_get_version.number": "1",
        **bundle(books),
        **_money(case),
        **_hall(books),
    }
    for person, phone in ((books.reader, "13800000000"), (books.friend, "13800000001")):
        identity.open_citizen_login(person_id=person.pk, phone=phone, password="x" * 12, actor=MACHINE, at=LONG_AGO)
    checklists.register(CHECKLIST, item=library.ITEM)
    traveller.move_to(NOW)
    return objects, lambda visitor: _browser(books, visitor)


def _to_sign(books: Library, draft: Draft) -> int:
    """Ask somebody else than its applicant to sign the draft."""
    asked = {"state": "asked", "asked_at": NOW, "due_on": NOW.date() + timedelta(days=15)}
    row = Signatory.objects.create(draft=draft, role="spouse", person=books.friend, phone="13800000001", **asked)
    return int(row.pk)


SCANNED = ("receipt_scanned", "api_fees_scan_receipt")


def _money(case: Case) -> dict[str, str]:
    """A paid fee whose refund was asked for, and a day that was compared."""
    refund, day = money_moved(case, AT)
    orders = (
        "fee",
        "fee_receipt",
        "api_fees_get_fee",
        "api_fees_renew",
        "api_fees_ask_again",
        "api_fees_get_fee_receipt",
    )
    desk = ("api_fees_take_at_counter", "api_fees_ask_refund")
    receipt = refund.payment.receipts.get()
    scanned = {"code": receipt.code, "number": receipt.number, "seal": seal_of(receipt), "qr": seal_of(receipt)}
    return {
        **{f"{page}.{name}": value for page in SCANNED for name, value in scanned.items()},
        **{f"{page}.number": refund.order.number for page in (*orders, *desk)},
        "receipt_id": str(receipt.pk),
        "refund_id": str(refund.pk),
        "reconciliation_id": str(day.pk),
        "row_id": str(day.rows.get().pk),
        **_network(),
    }


def _network() -> dict[str, str]:
    """A node we know, with a message that is parked, a trouble and a row in conflict."""
    exchanged(AT)
    node, row = Node.objects.get(), Received.objects.get()
    Incoming.objects.create(message=row, node=node, sequence=1, schema="library.loan", state="parked", reason="不认识")
    trouble = Incident.objects.create(node=node, end="in", kind="fork", first_at=AT, last_at=AT)
    conflict = SyncConflict.objects.create(node=node, register="library.cards", key="1", kind="ahead", at=AT)
    return {
        "node_code": node.code,
        "key_id": "ministry-1",
        "parked_id": str(row.pk),
        "trouble_id": str(trouble.pk),
        "node_conflict_id": str(conflict.pk),
    }


def _hall(books: Library) -> dict[str, str]:
    """Open a hall in the town, with a booking of the reader's and a ticket, and return what its addresses name."""
    hall = open_hall(books, at=NOW, division=library.TOWN)
    tomorrow = NOW.date() + timedelta(days=1)
    booking = hall.book(hall.slots(tomorrow)[0], books.reader, NOW)
    kiosk, _ = in_use(hall.point.pk, MACHINE, NOW)
    ticket = hall.walk_in(NOW)
    return {
        "plan_id": str(hall.plan.pk),
        "point_id": str(hall.point.pk),
        "slot_id": str(hall.slots(tomorrow)[1].pk),
        "booking_id": str(booking.pk),
        "waiting_id": "1",
        "day": tomorrow.isoformat(),
        "kiosk_id": str(kiosk.pk),
        "api_machines_get_challenge.number": kiosk.number,
        "api_machines_deliver_reading.number": kiosk.number,
        "api_machines_report_device.number": kiosk.number,
        "api_machines_deliver_page.number": kiosk.number,
        "kiosk_scan_page.page_id": "1",
        "kiosk_scan.material": "photo",
        "kiosk_scan_case.material": "photo",
        "ticket.code": ticket.code,
        "api_queueing_get_ticket.code": ticket.code,
    }


def unsolved(books: Library, at: datetime) -> Complaint:
    """Something the reader could not get done."""
    about = feedback.TicketFiling(
        "papers", "窗口说缺一份证明，没有单位肯开。", organization_id=books.organs[library.TOWN].pk
    )
    return feedback.open_ticket(filing=about, actor=books.citizen(), at=at).complaint


def _notices(books: Library) -> dict[str, str]:
    """Somebody who has to be told by a letter, and the words of a notice."""
    row = Outreach.objects.create(person=books.reader, division=library.TOWN, reason="no_way", opened_at=AT)
    wording.load_shipped(at=AT, on=AT.date())
    versions = (
        "template_version.version_id",
        "api_notices_get_version.version_id",
        "api_notices_settle_template.version_id",
    )
    codes = ("template.code", "api_notices_get_template.code", "api_notices_propose_template.code")
    return {
        "outreach_id": str(row.pk),
        **dict.fromkeys(versions, str(TemplateVersion.objects.order_by("pk")[0].pk)),
        "provider": "sms-1",
        "kind": "case",
        **dict.fromkeys(codes, "cases.accept"),
    }


def _token(books: Library) -> str:
    registered = identity.register_client(
        name="叫号系统",
        purpose="大厅叫号",
        organization_id=books.organs[library.COUNTY].pk,
        role="intake_clerk",
        division=library.COUNTY,
        lines=[],
        scopes=scopes_for("intake_clerk"),
        last_day=date(2027, 8, 31),
        actor=MACHINE,
        at=NOW,
    )
    made = identity.approve_client(login_id=registered.pk, actor=MACHINE, at=NOW)
    return clients.issue_token(client=made.client, scopes=(), address="", at=NOW).token


def _browser(books: Library, visitor: str) -> Client:
    client = Client()
    if visitor == "anonymous":
        return client
    if visitor == "system":
        return Client(headers={"Authorization": f"Bearer {_token(books)}"})
    people: dict[str, Person] = {"applicant": books.reader, "stranger": books.friend}
    login: Any = Login.objects.get(person=people[visitor]) if visitor in people else Login.objects.get(username=visitor)
    client.force_login(login)
    return prove(client)
