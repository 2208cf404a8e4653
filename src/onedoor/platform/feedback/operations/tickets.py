"""办不成事反映: what somebody could not get done goes to a senior officer, who gets it done or says why not and what else to do."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases import access
from onedoor.platform.cases.models import Action, Case
from onedoor.platform.cases.states import Kind, State
from onedoor.platform.catalog.models import ItemVersion
from onedoor.platform.feedback import figures, posting, routing, rules
from onedoor.platform.feedback.models import Complaint, ComplaintRecusal
from onedoor.platform.feedback.operations.complaints import (
    COMPLAINANT,
    LONGEST,
    SHORTEST,
    Filed,
    days_after,
    days_to_take,
    lock_own,
    move,
    new_number,
    note,
)
from onedoor.platform.feedback.operations.reviews import NoSuchAct
from onedoor.platform.identity import queries as identity
from onedoor.platform.identity.models import Organization, Person
from onedoor.platform.identity.queries.organizations import in_force
from onedoor.platform.kernel import digit_codes, outbox
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError

REFUSED = (Kind.REFUSE, Kind.DENY)


class TicketStands(OneDoorError):
    code, http_status, message = (
        "feedback.ticket_stands",
        409,
        "这件事已经反映过，编号 {number}，还没有办结。请在那一件里补充，不用再反映。",
    )


@dataclass(frozen=True)
class TicketFiling:
    """What could not be done: a case that was refused (`case_number`), or an item at a unit, or neither yet."""

    category: str
    text: str
    organization_id: int = 0
    item_code: str = ""
    case_number: str = ""
    anonymous: bool = False
    name: str = ""
    contact: str = ""


@transaction.atomic
def open_ticket(*, filing: TicketFiling, actor: Actor, at: datetime) -> Filed:
    """
    Take what somebody could not get done, from anybody; a person's own is followed by their log-in too.

    :raises InvalidInput: what, where or who is not said.
    :raises CaseNotFound, MandateMissing and its kin: the case is not theirs, nor one they may act in for somebody.
    :raises TicketStands: they have one of the same matter that is not over.
    """
    on = day_of(at)
    case, side = _case(filing.case_number, actor, on) if filing.case_number else (None, None)
    organ = refused_by(case) if case is not None else _organ(filing.organization_id, on)
    person = None if actor.kind != "citizen" or filing.anonymous else actor.require_person()
    item = None if case is not None else _item(filing.item_code)
    _check(filing, organ, named=person is not None)
    assert organ is not None
    row, code = _open(
        _About(case, item, organ, case.applicant_id if case else person),
        {
            "category": filing.category,
            "text": filing.text.strip(),
            "anonymous": filing.anonymous and person is None,
            "name": "" if filing.anonymous else filing.name.strip(),
            "contact": "" if filing.anonymous else filing.contact.strip(),
        },
        hands=posting.hands_in(case) if case is not None else set(),
        at=at,
    )
    note(row, "file", "", True, COMPLAINANT, at)
    who = actor if person is not None or actor.kind == "officer" else actor.unnamed()
    where = {"target": row.target, "division": row.division}
    audit.record("feedback.open_ticket", actor=who, at=at, **where, **(side.audited if side else {}))
    return Filed(row, code)


@transaction.atomic
def open_after_refusals(*, case: Case, actor: Actor, at: datetime) -> Filed | None:
    """
    Open a ticket by itself where the same matter of the same person was refused again within the days of the place.

    Counted are refusals since the last ticket of the matter, so that whoever has closed one is not asked at each refusal.
    Safe to run twice: while a ticket of the matter is open none is added.
    """
    actor.require("feedback.invite", division=case.division)
    on = day_of(at)
    days = figures.days(figures.AGAIN, division=case.division, on=on)
    Person.objects.select_for_update().get(pk=case.applicant_id)  # two refusals at once are one ticket
    earlier = Complaint.objects.filter(
        kind=Complaint.Kind.TICKET, person_id=case.applicant_id, item_code=case.item_code
    ).order_by("-pk")
    last = earlier.first()
    if last is not None and last.closed_on is None:
        return None
    since = earlier.values_list("steps__at", flat=True).order_by("-pk", "steps__pk").first()
    refusals = Action.objects.filter(
        kind__in=REFUSED,
        case__applicant=case.applicant_id,
        case__item_code=case.item_code,
        at__gt=max(filter(None, (at - timedelta(days=days), since))),
    ).exclude(case__state=State.VOIDED)
    found = list(refusals.select_related("case").order_by("at", "pk"))
    cases = {one.case_id: one.case for one in found}
    if len(cases) < rules.REFUSALS:
        return None
    hands = set().union(*(posting.hands_in(one) for one in cases.values()))
    row, code = _open(
        _About(case, None, refused_by(case), case.applicant_id),
        {"category": "not_taken", "text": _told_of(found), "anonymous": False, "by_itself": True},
        hands=hands,
        at=at,
    )
    note(row, "file_by_itself", "", True, actor.name, at)
    audit.record("feedback.open_ticket", actor=actor, at=at, target=row.target, division=row.division)
    return Filed(row, code)


@transaction.atomic
def drop_ticket(*, code: str = "", number: str = "", text: str = "", actor: Actor, at: datetime) -> Complaint:
    """
    Close a ticket as whose it is, at any time: it is done, or not wanted any more.

    :raises ComplaintNotFound: it is not theirs.
    :raises MandateMissing and its kin: as `lock_own`.
    :raises NoSuchAct: it is a complaint or a report: what was filed is looked into.
    :raises ComplaintNotNow: it is over.
    """
    own = lock_own(code, number, actor, day_of(at))
    row = own.complaint
    if row.kind != Complaint.Kind.TICKET:
        raise NoSuchAct
    move(row, "drop")
    row.closed_on = day_of(at)
    row.save(update_fields=["closed_on"])
    note(row, "drop", text[:LONGEST], True, COMPLAINANT, at)
    where = {"target": row.target, "division": row.division}
    audit.record("feedback.complainant", actor=own.witness, at=at, **where, act="drop", **own.audited)
    return row


@dataclass(frozen=True)
class _About:
    case: Case | None
    item: ItemVersion | None
    organ: Organization
    person: int | None


def _open(about: _About, said: dict[str, object], *, hands: Collection[int], at: datetime) -> tuple[Complaint, str]:
    on, organ = day_of(at), about.organ
    version = about.case.item_version if about.case is not None else about.item
    item_code = version.code if version is not None else ""
    if about.person is not None:
        _require_none(about.person, item_code)
        person = Person.objects.get(pk=about.person)
        said = {**said, "name": said.get("name") or person.name, "contact": said.get("contact") or str(person.phone)}
    code = digit_codes.new_code()
    hands = {*hands, *routing.named_in(str(said["text"]), organ, on=on)}
    row = Complaint.objects.create(
        number=new_number(Complaint.Kind.TICKET, on),
        kind=Complaint.Kind.TICKET,
        organization=organ,
        handled_by_id=routing.senior_of(organ, on=on, but=hands),
        division=organ.division_id,
        may_be_named=not said["anonymous"],  # the unit knows the case; what it refused is looked up by it
        person_id=about.person,
        item_code=item_code,
        title=version.title if version is not None else "",
        case=about.case,
        code_digest=digit_codes.digest_of(code, purpose="feedback.complaint"),
        filed_on=on,
        accept_due=days_after(organ.division_id, on, days_to_take(Complaint.Kind.TICKET, organ.division_id, on)),
        **said,
    )
    ComplaintRecusal.objects.bulk_create(ComplaintRecusal(complaint=row, login_id=login) for login in sorted(hands))
    outbox.publish("feedback.ticket_opened", key=row.target, complaint_id=row.pk)
    return row, code


def _require_none(person_id: int, item_code: str) -> None:
    """:raises TicketStands: the person has one of the matter that is not over."""
    Person.objects.select_for_update().get(pk=person_id)
    rows = Complaint.objects.filter(kind=Complaint.Kind.TICKET, person_id=person_id, closed_on=None)
    standing = rows.filter(item_code=item_code).first() if item_code else None
    if standing is not None:
        raise TicketStands(number=standing.number)


def _case(number: str, actor: Actor, on: date) -> tuple[Case, identity.Side]:
    rows = Case.objects.select_related("item_version", "deciding_organization", "receiving_organization")
    case = rows.filter(number=number).first()
    if case is None:
        raise access.CaseNotFound
    return case, access.require_applicant_side(case, actor=actor, scope="submit", on=on)


def refused_by(case: Case) -> Organization:
    """Return the organ that has refused a case, or holds it now."""
    return case.deciding_organization if case.decided_at else case.receiving_organization


def _organ(organization_id: int, on: date) -> Organization | None:
    return Organization.objects.filter(in_force(on), pk=organization_id).first()


def _item(code: str) -> ItemVersion | None:
    return ItemVersion.objects.filter(code=code).order_by("-version").first() if code else None


def _told_of(refusals: Collection[Action]) -> str:
    lines = [f"{day_of(one.at):%Y-%m-%d} {one.get_kind_display()}，办件 {one.case.number}" for one in refusals]
    return f"没有办成 {len(lines)} 次：\n" + "\n".join(lines)


def _check(filing: TicketFiling, organ: Organization | None, *, named: bool) -> None:
    if filing.anonymous and filing.case_number:
        told = "写了办件编号，就看得出是谁的，匿名不了。请不选匿名；要匿名的，请从事项页面反映，不写办件编号。"
        raise InvalidInput({"anonymous": told})
    problems = {} if filing.category in rules.TICKET_CATEGORIES else {"category": "请选择是哪一种办不成。"}
    if organ is None:
        problems["organization"] = "请选择是在哪个单位办的；不知道的选离您最近的。"
    if not SHORTEST <= len(filing.text.strip()) <= LONGEST:
        problems["text"] = f"请写明要办什么事、卡在哪里，{SHORTEST} 到 {LONGEST} 个字。"
    if len(filing.contact) > 200 or len(filing.name) > 100:
        problems["name"] = "写得太长了，请写在 200 个字以内。"
    if not (named or filing.anonymous) and not (filing.name.strip() and filing.contact.strip()):
        problems["name"] = "请填写姓名和联系方式，好告诉您结果；不想留的请选匿名。"
    if problems:
        raise InvalidInput(problems)
