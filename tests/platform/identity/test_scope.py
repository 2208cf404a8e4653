"""Every query within reach: whatever an officer of one county asks for, nothing of another county comes back."""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from tests.platform.appointments.hall import open_hall
from tests.platform.channels.machine import in_use
from tests.platform.channels.switchboard import build
from tests.platform.identity.conftest import AT
from tests.platform.knowledge.conftest import handed_over, written
from tests.platform.library import COUNTY, MACHINE, TOWN, Library
from tests.platform.network.partner import exchanged
from tests.platform.payments.made import money_moved
from tests.platform.publishing.conftest import drafted, pictured

import onedoor.platform
import onedoor.services
from onedoor.platform.cases.models import Commitment, Material, QualityTicket
from onedoor.platform.cases.operations import raise_objection
from onedoor.platform.cases.queries import PURPOSES
from onedoor.platform.certificates.models import Certificate
from onedoor.platform.channels.operations import open_line
from onedoor.platform.exchange.models import DataObjection, ShareRequest
from onedoor.platform.feedback.models import (
    BadReview,
    Complaint,
    ComplaintStep,
    Evaluation,
    ReportAccess,
    UnitInquiry,
)
from onedoor.platform.identity.models import Post
from onedoor.platform.identity.models.deaths import DeathStatement
from onedoor.platform.identity.operations import register_client
from onedoor.platform.identity.roles import PERMISSIONS
from onedoor.platform.kernel import digit_codes
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import OneDoorError
from onedoor.platform.knowledge.queries import Opener
from onedoor.platform.messages.models import Outreach
from onedoor.platform.publishing.operations import open_account
from onedoor.platform.supervision.models import SupervisionEvent
from onedoor.services.assistance.models import Recognition
from onedoor.standards.case_numbers import is_case_number

EVERYTHING = frozenset().union(*PERMISSIONS.values())
OTHER_COUNTY = (("440103000000", "440104000000"),)  # nothing lies there, so nothing may come back
# What a query needs beside the actor and the moment is found by its name.
Given = dict[str, Callable[["Place"], Any]]
GIVEN: Given = {
    "at": lambda place: AT,
    "on": lambda place: AT.date(),
    "number": lambda place: place.case.number,
    "node_code": lambda place: "ministry",
    "case_number": lambda place: place.case.number,
    "case": lambda place: place.case,
    "item_code": lambda place: place.case.item_code,
    "since": lambda place: AT,
    "until": lambda place: AT + timedelta(days=60),
    "entry_id": lambda place: place.recognition.pk,
    "code": lambda place: "assistance.recognitions",
    "identifier": lambda place: place.certificate.identifier,
    "shown": lambda place: "open",
    "login_id": lambda place: place.post.login_id,
    "organization_id": lambda place: place.post.organization_id,
    "entity_id": lambda place: place.library.reader.pk,  # no organization: nobody acts for it
    "person_id": lambda place: place.library.reader.pk,
    "objection_id": lambda place: place.objection.pk,
    "fields": lambda place: ["id_number"],
    "purpose": lambda place: next(iter(PURPOSES)),
    "note": lambda place: "核对身份",
    "certificate_id": lambda place: place.certificate.pk,
    "ticket_id": lambda place: place.ticket.pk,
    "client_id": lambda place: place.client.pk,
    "message_id": lambda place: uuid4(),
    "upload_id": lambda place: uuid4(),
    "statement_id": lambda place: place.death.pk,
    "review_id": lambda place: place.review.pk,
    "month": lambda place: f"{AT:%Y-%m}",
    "complaint_id": lambda place: place.complaint.pk,
    "inquiry_id": lambda place: place.inquiry.pk,
    "signatory_id": lambda place: 1,
    "plan_id": lambda place: place.hall.plan.pk,
    "point_id": lambda place: place.hall.point.pk,
    "window": lambda place: "1",
    "day": lambda place: AT.date(),
    "offer_id": lambda place: 1,
    "outreach_id": lambda place: place.outreach.pk,
    "template": lambda place: "cases.accept",
    "messages": lambda place: [],
    "order_id": lambda place: place.order.pk,
    "kiosk_id": lambda place: place.kiosk.pk,
    "picture_id": lambda place: place.picture.pk,
    "version_id": lambda place: place.entry.pk,
    "conversation_id": lambda place: place.conversation.pk,
    "refund_id": lambda place: place.refund.pk,
    "reconciliation_id": lambda place: place.day.pk,
    "receipt_id": lambda place: place.refund.payment.receipts.get().pk,
    "opener": lambda place: Opener(),
}
# What one query means by a name that another query uses for another table.
GIVEN_TO = {
    ("get_data_objection", "objection_id"): lambda place: place.data_objection.pk,
    ("versions_of_entry", "number"): lambda place: place.entry.entry.number,
    ("get_publication", "number"): lambda place: place.publication.number,
    ("standing_version", "number"): lambda place: place.publication.number,
    ("picture_at_desk", "number"): lambda place: place.picture.publication.number,
    ("reach_of", "number"): lambda place: place.publication.number,
    ("desk_of", "number"): lambda place: place.publication.number,
}
# These take no officer's place into account, each for its reason; the list only shrinks.
ELSEWHERE = {
    "calendar_years": "the published days off of the country and its places: public",
    "in_reach": "a condition for queries, no rows",
    "seal_state": "whether the seals hold is one figure for the whole record",
    "visible_registers": "names of registers, no rows",
    "death_obstacle": "of a person just found by find_person; says where their place is looked after, no rows",
    "find_person": "whoever stands at the window may live anywhere; the whole number is needed, the look is recorded",
    "guardianships_of": "of a person just found by find_person",
    "colleagues": "the actor's own organization",
    "queues": "the actor's own and those of their organization, counted in reach; tested with the worklist",
    "possible_deputies": "the actor's own organization",
    "absences_of": "the actor's own",
    "open_sessions": "the actor's own",
    "recent_sessions": "the actor's own",
    "assisted_person": "takes a filing that assisted_filing has found",
    "person_of_evidence": "asks actor.may for the division of the principal",
    "export": "the record of the whole node with its chain, for the audit administrator; the purpose is recorded",
    "verify_batch": "open to whoever has the identifiers, like the check page",
    "get_imported": "an import of one's own place; tested with imports",
    "import_report": "an import of one's own place; tested with imports",
    "may_certify": "takes a certificate that get_visible_certificate has let through",
    "may_stop": "takes a certificate that get_visible_certificate has let through",
    "own_show_code": "the holder's own",
    "sees_fees": "takes a case that get_visible_case has let through",
    "why_not": "takes a case that get_visible_case has let through",
    "possible_actions": "takes a case that get_visible_case has let through",
    "may_extend": "takes a case that get_visible_case has let through",
    "panels": "takes a case that get_visible_case has let through",
    "verify": "open to whoever holds the certificate's code",
    "done_screens": "takes a draft that get_draft has let through",
    "answer_of": "asks for a permission no post has",
    "datasets_to_ask": "the catalogue of datasets, no rows",
    "conflicts_of": "takes a case that get_visible_case has let through",
    "source_figures": "departments serve the whole node: calls and times, no person",
    "read_source": "departments serve the whole node: calls and times, no person",
    "visits_to_rate": "the actor's own organization",
    "is_named": "the actor's own post",
    "visible_complaints": "a condition for queries, no rows",
    "visible_reports": "a condition for queries, no rows",
    "list_reports": "needs a post that is named; tested with complaints",
    "may_decide": "takes a review that lock or get_review has let through",
    "list_versions": "the catalogue of bundles, for whoever keeps it: no person",
    "get_version": "the catalogue of bundles, for whoever keeps it: no person",
    "known_for_bundle": "takes a bundle that find_screen has let through",
    "left_out_people": "rows by reach; tested with the offers, where an entitlement is registered",
    "coverage": "figures by reach; tested with the offers, where an entitlement is registered",
    "list_templates": "words hold for the whole site; no person",
    "read_template": "words hold for the whole site; no person",
    "read_version": "words hold for the whole site; no person",
    "may_propose": "one yes or no, no rows",
    "provider_figures": "providers serve the whole site: counts, no person",
    "queue_figures": "providers serve the whole site: counts, no person",
    "notices_of_case": "takes a case that get_visible_case has let through",
    "card_seen": "what the reader of one's own machine has read",
    "card_wanted": "whether the reader of one's own machine is asked",
    "scanned": "what one has scanned oneself",
    "scanned_page": "what one has scanned oneself",
    "first_scanned": "what one has scanned oneself",
    "scanners": "the scanner of one's own machine, or those of one's own organ's windows",
    "look_up_caller": "whoever calls may live anywhere; phone, name and number are needed, the look is recorded",
    "deeds_possible": "takes a version that get_entry_version has let through",
    "desk_of": "takes a text that get_publication has let through; counts subscribers, names nobody",
    "to_carry_on": "what upper organs have released is public",
    "list_synonyms": "words of the whole country, no place and no person",
    "require_look": "lets a person look at one thing of theirs, or by a mandate; tested with those who act for others",
    "record_look_for": "records a look, reads nothing",
    "require_side": "lets a person act in their own matters, and by a mandate; tested with those who act for others",
    "open_file": "asks the room that owns the target; tested with files",
}
# A citizen's queries: an officer has no person, so they give nothing.
CITIZENS = frozenset(
    {"signing_of", "countersignatures", "get_countersigning", "export_subjects", "exports_of_me"}
    | {"get_draft", "known_answers", "needed_consents", "signatures_asked", "my_drafts", "my_cases", "uses_about"}
    | {
        "own_objections",
        "own_use",
        "uses_under_consents",
        "matters_of",
        "papers_of_draft",
        "told_beside",
        "get_dictation",
        "my_papers",
        "use_log",
    }
    | {"offers_of", "offers_by_number", "cases_to_rate", "asked_of_case", "followed_of_case"}
    | {"own_tickets", "get_own_ticket", "case_for_ticket"}
    | {"coming_bookings", "get_booking", "my_bookings", "my_waiting"}
    | {"may_promise", "my_records", "begun_uploads", "get_upload", "require_seen", "acted_for"}
    | {
        "my_offers",
        "get_offer",
        "checks_allowed",
        "choosing",
        "find_screen",
        "bundle_papers",
        "my_bundle",
        "my_bundles",
    }
    | {
        "may_promise",
        "my_records",
        "begun_uploads",
        "get_upload",
        "inbox",
        "get_inbox_message",
        "unread_count",
        "sendings_of",
        "own_ways",
    }
    | {"get_fee", "get_receipt", "fees_of_case", "list_fees", "unpaid_fees"}
    | {"read_conversation", "my_conversations", "my_subscriptions", "own_payments", "own_payments_by_year"}
)
MUST_SEE = frozenset(
    {
        "worklist",
        "duty_counts",
        "get_visible_case",
        "list_certificates",
        "get_visible_certificate",
        "list_entries",
        "list_publications",
        "list_accounts",
        "reach_of",
        "get_publication",
        "standing_version",
        "read_entry",
        "board",
        "pauses",
        "paused_cases",
        "running_clocks",
        "events",
        "cases_behind",
        "replay",
        "audit_lines",
        "list_clients",
        "get_client",
        "list_officers",
        "get_officer",
        "list_organizations",
        "get_organization",
        "get_objection",
        "list_sharing",
        "get_sharing",
        "list_objections",
        "get_data_objection",
        "get_entry_version",
        "versions_of_entry",
        "list_handed_over",
        "get_handed_over",
        "quality_tickets",
        "get_ticket",
        "list_reviews",
        "get_review",
        "rating_figures",
        "ratings_behind",
        "list_complaints",
        "list_tickets",
        "get_complaint",
        "list_inquiries",
        "get_inquiry",
        "report_posts",
        "posts_to_name",
        "list_deaths",
        "get_death",
        "list_orders",
        "get_order",
        "list_rules",
        "list_lines",
        "list_duty",
        "list_kiosks",
        "get_kiosk",
        "halls_to_equip",
        "checks_to_do",
        "count_checks",
        "bookings_on",
        "hall_board",
        "halls",
        "list_plans",
        "managed_plan",
        "points",
        "list_outreach",
        "read_outreach",
        "read_case_fees",
        "list_refunds",
        "get_refund",
        "list_reconciliations",
        "get_reconciliation",
    }
)


class Place:
    """One county with a row of everything in it."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.case = library.noticed(AT)
        self.objection = raise_objection(
            notice_id=self.case.notices.get().pk,
            text="这位读者并不住在本区。",
            contact="",
            actor=Actor.anonymous(),
            at=AT,
        )
        what = {"kind": "supplement", "reason": "受理后补充材料", "basis": "《公共图书馆法》", "approved_by": "官员"}
        self.case.pauses.create(**what, from_at=AT, to_at=AT, planned_end=AT.date())
        self.entry, self.conversation = written(library, AT), handed_over(library, AT)
        self.publication, self.picture = drafted(library, AT), pictured(library, AT)
        account = {"kind": "weibo", "name": "图书局", "app_id": "1", "secret": "weibo-1"}
        open_account(**account, actor=library.officer("county_items"), at=AT)
        self.post = Post.objects.get(pk=library.posts["clerk"])
        organ = library.organs[COUNTY]
        self.client = register_client(
            name="叫号系统",
            purpose="大厅叫号",
            organization_id=organ.pk,
            role="intake_clerk",
            division=COUNTY,
            lines=[],
            scopes=["cases.read"],
            last_day=AT.date(),
            actor=MACHINE,
            at=AT,
        )
        self.hall = open_hall(library, at=AT)
        self.hall.book(next(one for one in self.hall.slots(AT.date()) if one.starts_at > AT), library.friend, AT)
        self.hall.walk_in(AT)
        self.kiosk, _ = in_use(self.hall.point.pk, MACHINE, AT)
        self.certificate = Certificate.objects.create(
            identifier="1.2.156.3005.2.11100000000013338L001.TEST",
            token="t" * 32,
            kind="assistance.minimum_living",
            type_code="1",
            serial="1",
            version=1,
            number="A1",
            division=COUNTY,
            issuer=organ,
            issuer_name=organ.name,
            issuer_code=organ.uscc,
            issued_on=AT.date(),
            valid_from=AT.date(),
            status="01",
            face={},
            case_number=self.case.number,
            payload_digest="",
            signature="",
            signature_algorithm="",
            key_id="",
        )
        self.recognition = Recognition.objects.create(
            number="R1",
            division=TOWN,
            in_force_from=AT.date(),
            case_number=self.case.number,
            category="DIBAO",
            head=library.reader,
            start_month=date(2026, 9, 1),
            monthly_amount=1,
            review_class="STABLE",
            review_due_on=date(2027, 9, 1),
            judgement_digest="",
            decided_by=organ,
            recorded_at=AT,
            recorded_by="测试",
        )
        self.data_objection = DataObjection.objects.create(
            receipt="00000000-0000-0000-0000-000000000000",
            source="police.household",
            person=library.reader,
            division=TOWN,
            kind="wrong",
            text="住址不对。",
            raised_at=AT,
            due_on=AT.date(),
        )
        Commitment.objects.create(
            paper=Material.objects.create(case=self.case, code="photo", title="照片", source="commitment", given_at=AT),
            case=self.case,
            version=1,
            told="",
            text="",
            liability="",
            digest="",
            signer=library.reader,
            method="self",
            signed_at=AT,
            check_kind="data",
            due_on=AT.date(),
            state="verifying",
        )
        self.ticket = QualityTicket.objects.create(
            case=self.case,
            material="photo",
            title="照片",
            proof="居住证 1",
            owner=organ,
            division=TOWN,
            line="library",
            reason="证照上的地址是旧的。",
            raised_at=AT,
            raised_by="测试",
            raised_organization="测试",
        )
        ShareRequest.objects.create(
            number=self.case.number,
            dataset="library.borrowers",
            division=TOWN,
            owner=library.organs[TOWN],
            requester=organ,
            fields=[],
            until=AT.date(),
            submitted_at=AT,
            reply_due_on=AT.date(),
        )
        self.death = DeathStatement.objects.create(
            person=library.friend,
            kind="death",
            paper="medical",
            paper_number="1",
            issued_by="某医院",
            died_on=AT.date(),
            division=TOWN,
            organization=library.organs[TOWN],
            stated_by_id=self.post.login_id,
            stated_at=AT,
        )
        self.outreach = Outreach.objects.create(person=library.reader, division=TOWN, reason="no_way", opened_at=AT)
        self.refund, self.day = money_moved(self.case, AT)
        exchanged(AT)
        board = build(library)
        self.order = board.dispatched(AT)
        board.rule(AT)
        board.on_duty(AT)
        line = {"number": "12349", "title": "民政服务热线", "mode": "dual", "division": COUNTY}
        open_line(**line, actor=board.officer("chief"), at=AT)
        SupervisionEvent.objects.create(
            rule="T01",
            lamp="red",
            case=self.case,
            division=TOWN,
            line="library",
            organization_name=organ.name,
            subject="测试",
            facts={},
            raised_at=AT,
        )

        self.review = bad_review(library)
        self.complaint = complaint(library)
        ComplaintStep.objects.create(complaint=self.complaint, act="file", is_told=True, by="反映人", at=AT)
        complaint(library, kind="ticket")
        self.inquiry = inquiry(self.complaint, library)
        held = {"named_by": "测试", "named_at": AT}
        ReportAccess.objects.create(post_id=library.posts["second_clerk"], reason="负责举报的专人。", **held)

    def officer(self, reach: tuple[tuple[str, str], ...]) -> Actor:
        """Return somebody with every permission there is, in one place."""
        return replace(self.library.officer("clerk"), permissions=EVERYTHING, reach=reach, login_id=None)


@pytest.fixture
def place(staffed: Library) -> Place:
    return Place(staffed)


def bad_review(library: Library) -> BadReview:
    """A bad rating of the town's organ that nobody has taken yet."""
    town = {"organization": library.organs[TOWN], "division": TOWN, "line": "library"}
    said = Evaluation.objects.create(
        phase="final", level=5, anonymous=True, channel="pc", submitted_on=AT.date(), **town
    )
    days = dict.fromkeys(("begun_on", "contact_due", "simple_due", "complex_due", "appeal_until"), AT.date())
    return BadReview.objects.create(evaluation=said, handled_by=library.organs[TOWN], **days, **town)


def complaint(library: Library, *, about: str = COUNTY, to: str = TOWN, kind: str = "complaint") -> Complaint:
    """A complaint about the organ of one place that the organ of another has been given."""
    return Complaint.objects.create(
        number=f"{kind[0]}2026000001",
        kind=kind,
        category="other",
        organization=library.organs[about],
        handled_by=library.organs[to],
        division=about,
        text="让我跑了三趟。",
        anonymous=True,
        code_digest=digit_codes.digest_of("210987654321", purpose=f"feedback.{kind}"),
        filed_on=AT.date(),
        accept_due=AT.date(),
    )


def inquiry(about: Complaint, library: Library) -> UnitInquiry:
    """What the town's organ is asked to explain."""
    asked = {"organization": library.organs[TOWN], "division": TOWN, "question": "请说明情况。"}
    return UnitInquiry.objects.create(complaint=about, asked_at=AT, due_on=AT.date(), **asked)


def query_functions() -> Iterator[tuple[str, Callable[..., Any]]]:
    for package in (onedoor.platform, onedoor.services):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not re.search(r"\.queries(\.[a-z_]+)?$", module.name):
                continue
            loaded = importlib.import_module(module.name)
            for name, function in inspect.getmembers(loaded, inspect.isfunction):
                own = function.__module__ == module.name and not name.startswith("_")
                if own and "actor" in inspect.signature(function).parameters:
                    yield f"{module.name.removeprefix('onedoor.')}:{name}", function


FUNCTIONS = dict(query_functions())


def short(name: str) -> str:
    return name.split(":")[1]


def asked(function: Callable[..., Any], place: Place, actor: Actor) -> Any:
    """Call a query with what its parameters' names stand for; a refusal is an answer too."""
    arguments: dict[str, Any] = {"actor": actor}
    positional = []
    for name, parameter in inspect.signature(function).parameters.items():
        if name == "actor" or parameter.default is not inspect.Parameter.empty:
            continue
        value = GIVEN_TO.get((function.__name__, name), GIVEN[name])(place)
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY:
            arguments[name] = value
        else:
            positional.append(value)
    try:
        return function(*positional, **arguments)
    except OneDoorError:
        return None


def traces(value: Any) -> Iterator[str]:
    """Yield everything in an answer that tells of a row: places, numbers, counts above zero."""
    if isinstance(value, models.Model):
        yield f"{type(value).__name__} {getattr(value, 'division_id', getattr(value, 'division', ''))}"
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from traces(getattr(value, field.name))
    elif isinstance(value, dict):
        yield from traces(list(value.values()))
    elif isinstance(value, list | tuple | set | frozenset):
        for one in value:
            yield from traces(one)
    elif isinstance(value, str) and is_case_number(value):
        yield value
    elif isinstance(value, int) and not isinstance(value, bool) and value > 0:
        yield str(value)


def test_every_query_with_an_actor_is_looked_at() -> None:
    """A new query is asked by itself; one that needs more than the names above says here why it may not be."""
    names = {short(name) for name in FUNCTIONS}
    assert len(names) > 40
    assert set(ELSEWHERE) | CITIZENS | MUST_SEE <= names
    unknown = [
        f"{name}({parameter})"
        for name, function in FUNCTIONS.items()
        if short(name) not in ELSEWHERE and short(name) not in CITIZENS
        for parameter, about in inspect.signature(function).parameters.items()
        if parameter != "actor" and about.default is inspect.Parameter.empty and parameter not in GIVEN
    ]
    assert not unknown, "\n".join(unknown)


def test_nothing_of_another_county_comes_back(place: Place) -> None:
    stranger = place.officer(OTHER_COUNTY)
    told = {}
    for name, function in FUNCTIONS.items():
        if short(name) in ELSEWHERE or short(name) in CITIZENS:
            continue
        leaked = list(traces(asked(function, place, stranger)))
        if leaked:
            told[name] = leaked
    assert told == {}


def test_the_countys_own_officer_sees_it_all(place: Place) -> None:
    """The same calls find the same rows for whoever they belong to, so the test above can fail."""
    own = place.officer((("110105000000", "110106000000"),))
    blind = [
        name for name in FUNCTIONS if short(name) in MUST_SEE and not list(traces(asked(FUNCTIONS[name], place, own)))
    ]
    assert blind == []


def test_without_a_post_nothing_comes_back(place: Place) -> None:
    nobody = replace(place.officer(()), permissions=EVERYTHING)
    for name, function in FUNCTIONS.items():
        if short(name) in MUST_SEE:
            assert list(traces(asked(function, place, nobody))) == [], name


def test_the_place_stands_in_the_sql_as_a_range_of_codes(place: Place) -> None:
    """Lists are narrowed by the database, not afterwards, and never by the beginning of a code."""
    two_counties = (("110105000000", "110106000000"), ("330113000000", "330114000000"))
    for name in sorted(MUST_SEE - {"get_visible_case", "get_visible_certificate", "replay", "get_objection"}):
        full = next(one for one in FUNCTIONS if short(one) == name)
        with CaptureQueriesContext(connection) as captured:
            asked(FUNCTIONS[full], place, place.officer(two_counties))
        texts = [one["sql"] for one in captured.captured_queries if one["sql"].startswith("SELECT")]
        scoped = [text for text in texts if re.search(r"(division|division_id)\" >= '?110105000000'?", text)]
        assert scoped, full
        assert all("330114000000" in text for text in scoped), full
        assert not any(re.search(r"division(_id)?\"(::text)? LIKE", text) for text in texts), full


def test_no_source_asks_for_the_beginning_of_a_division() -> None:
    from tests.test_conventions import modules

    for path in modules("**/*.py"):
        assert not re.search(r"division(_id|__code)?__startswith|division\w*\.startswith", path.read_text("utf-8")), (
            path
        )
