"""What goes on beside the common road of a case: hearing, delivery, revocation, relatives, the cases linked with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from onedoor.platform.cases import steps
from onedoor.platform.cases.access import rows_of
from onedoor.platform.cases.bias import is_own
from onedoor.platform.cases.models import (
    Case,
    CaseDocument,
    Delivery,
    Draft,
    Hearing,
    ProposedDecision,
    RelatedStaffDeclaration,
    Revocation,
    StepPerformer,
    VoidRequest,
)
from onedoor.platform.cases.operations.correction import correctable_fields
from onedoor.platform.cases.operations.delivery import CHOICES, awaited_notice, decision_of, inbox_arrives
from onedoor.platform.cases.operations.linked import relations_offered
from onedoor.platform.cases.operations.revocation import may_revoke
from onedoor.platform.cases.owing import open_tolerances
from onedoor.platform.cases.papers import require_safe
from onedoor.platform.cases.rulings import Ruling
from onedoor.platform.cases.states import BEFORE_DECISION, MOVES, Kind
from onedoor.platform.catalog.forms import Section
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import NotAllowed, OneDoorError
from onedoor.platform.kernel.scopes import within_reach


@dataclass(frozen=True)
class LinkedCase:
    """Another case this one follows, or that follows it."""

    case: Case
    relation: str  # 变更
    follows: bool  # the other one came later

    @property
    def takes_back(self) -> bool:
        """The other one has ended what this one granted: revoked, or cancelled."""
        return self.follows and (self.case.relation, self.case.result) in Case.TAKES_BACK


@dataclass(frozen=True)
class Deed:
    """Something an officer may begin beside the open steps: a page and what it is called."""

    page: str
    title: str


@dataclass(frozen=True)
class Proceedings:
    """Everything beside the common road, for the page of a case."""

    hearing: Hearing | None
    revocation: Revocation | None
    decision: CaseDocument | None
    awaited: CaseDocument | None  # a notice an officer still has to deliver
    delivery: Delivery | None  # of that notice, or of the decision
    links: Sequence[LinkedCase]
    relatives: Sequence[RelatedStaffDeclaration]
    may_apply_again: bool
    offered: Sequence[tuple[str, str]] = ()  # to the applicant: relation, what it is called
    deeds: Sequence[Deed] = ()  # to the officer


def proceedings_of(case: Case, *, actor: Actor) -> Proceedings:
    """Return what goes on beside the common road of a case the caller has fetched through a checked door. Six queries."""
    decision = decision_of(case)
    awaited = awaited_notice(case)
    to_deliver = awaited or decision
    officer = actor.kind == "officer"
    hearing = hearing_of(case)
    relatives = list(rows_of(case, "relatives").order_by("id")) if officer else []
    return Proceedings(
        hearing=hearing,
        revocation=revocation_of(case),
        decision=decision,
        awaited=awaited,
        delivery=Delivery.objects.filter(document=to_deliver).first() if to_deliver else None,
        links=links_of(case),
        relatives=relatives,
        may_apply_again=_may_apply_again(case),
        offered=[] if officer else [(str(one), str(one.label)) for one in relations_offered(case)],
        deeds=_deeds(case, actor, hearing) if officer else [],
    )


def touches_relatives(case: Case) -> bool:
    """Tell whether somebody has declared to be a relative in this case, so that two approvers decide it (R-ORG-3)."""
    return case.relatives.exists()


def _may_apply_again(case: Case) -> bool:
    """An application that ended without a grant may be taken up again; one sent up or entered twice goes on elsewhere."""
    elsewhere = case.relation == Case.Relation.REVOKE or case.state in ("transferred", "voided")
    return case.is_ended and case.result != "granted" and not elsewhere


def delivery_ways(*, owner: Case | Draft, on: date) -> tuple[str, ...]:
    """Return how documents can reach the applicant, what is proposed first: by the inbox only where somebody reads it."""
    agent = owner.agent_id if isinstance(owner, Case) else owner.filled_by_id
    if inbox_arrives(applicant_id=owner.applicant_id, agent_id=agent, on=on):
        return CHOICES
    return tuple(way for way in CHOICES if way != Delivery.Method.ELECTRONIC)


def hearing_of(case: Case) -> Hearing | None:
    return getattr(case, "hearing", None)


def revocation_of(case: Case) -> Revocation | None:
    return Revocation.objects.filter(case=case).first() if case.relation == Case.Relation.REVOKE else None


def links_of(case: Case) -> list[LinkedCase]:
    """Return the case this one follows, then those that follow it, oldest first. Two queries at the most."""
    found = []
    if case.continues_id is not None:
        earlier = Case.objects.get(pk=case.continues_id)
        found.append(LinkedCase(earlier, case.get_relation_display(), follows=False))
    later = rows_of(case, "continued_by").exclude(state="submitted").order_by("id")
    return found + [LinkedCase(one, one.get_relation_display(), follows=True) for one in later]


def proposed_ruling(case: Case) -> Ruling | None:
    """Return what the first approver means to decide, while another one has to confirm it."""
    proposal = ProposedDecision.objects.filter(case=case, settled_at__isnull=True).first()
    return Ruling(**proposal.ruling) if proposal else None


def correctable_section(case: Case, *, for_officer: bool = False) -> Section:
    """
    Return the questions of an application that may be corrected on the spot, as one screen.

    An officer is not shown sensitive answers whole, so those are corrected by the person.
    """
    fields = correctable_fields(case.item_version.item, case.declared.content)
    fields = [field for field in fields if not (for_officer and field.sensitive)]
    # Not checked again as a section of an item: two amounts that are compared may not both be on this screen.
    return Section.model_construct(
        code="correct", title="当场更正", title_en="", help="", shown_when=None, fields=tuple(fields)
    )


def presiders(case: Case, *, actor: Actor, on: date) -> list[tuple[int, str]]:
    """Return (post, name) of the colleagues who may preside over the hearing: those who did no step of the case."""
    handled = set(StepPerformer.objects.filter(step__case=case).values_list("login_id", flat=True))
    handled |= {login for login in case.relatives.values_list("login_id", flat=True) if login is not None}
    found = identity.colleagues(actor=actor, permission="cases.view", on=on)
    return [(post.pk, post.login.name) for post in found if post.login_id not in handled]


def void_requests(*, actor: Actor) -> list[VoidRequest]:
    """
    Return the requests to void a case within reach, the open ones first, for who asks and who confirms.

    :raises NotAllowed: the post does neither.
    """
    if not actor.permissions & {"cases.void", "supervision.order"}:
        raise NotAllowed
    rows = VoidRequest.objects.filter(within_reach(actor, prefix="case__"))
    return list(rows.select_related("case", "original").order_by("confirmed_at", "-asked_at")[:50])


def obstacle(case: Case, code: str, *, actor: Actor) -> str:
    """Return why this officer cannot do a step that is open, where the reason lies beside the item's steps."""
    login_id = actor.require_login()
    if is_own(case, actor.own_person_id):
        return "这是您本人（或您列名）的办件，应当回避"
    if any(one.login_id == login_id for one in rows_of(case, "relatives")):
        return "您已申报近亲属关系，应当回避"
    if code in ("accept", "decide") and getattr(case, "has_unsafe", True):
        try:
            require_safe(case.materials.select_related("file"))
        except OneDoorError as refusal:
            return str(refusal)
    if code == "decide" and open_tolerances(case):
        return "容缺受理的材料还没有补交，补交后才能决定"
    if code == steps.CONFIRM.code:
        proposal = ProposedDecision.objects.filter(case=case, settled_at__isnull=True).first()
        if proposal is not None and proposal.login_id == login_id:
            return "决定是您拟定的，须由另一名审批人员复核"
    if code == steps.REVOKE.code:
        proceeding = revocation_of(case)
        if proceeding is not None and proceeding.login_id == login_id:
            return "撤销是您提出的，须由另一人决定"
    return ""


def _deeds(case: Case, actor: Actor, hearing: Hearing | None) -> list[Deed]:
    """Return the pages beside the open steps that this officer can use now."""
    organ = case.deciding_organization.division_id
    reviews = actor.may("cases.review", division=case.handled_in, line=case.line)
    heads = actor.may("cases.decide", division=organ, line=case.line)
    supervises = actor.may("supervision.order", division=case.handled_in, line=case.line)
    ex_officio = case.relation == Case.Relation.REVOKE
    found = []
    if (reviews or heads) and not ex_officio:
        if hearing is None and case.state in MOVES[Kind.INFORM_HEARING].from_states:
            found.append(Deed("staff_hearing", "告知听证权利"))
        elif hearing is not None and hearing.state in ("requested", "scheduled", "held"):
            found.append(Deed("staff_hearing", "办理听证"))
        if may_revoke(case):
            found.append(Deed("propose_revocation", "提出撤销、注销或吊销"))
    if reviews and not ex_officio and case.state in MOVES[Kind.TRANSFER].from_states:
        found.append(Deed("transfer", "转报上级"))
    if supervises and case.state == "received" and case.supplement_round:
        found.append(Deed("override_supplement", "批准再次告知补正"))
    if "cases.view" in actor.permissions and case.state in BEFORE_DECISION and not ex_officio:
        found.append(Deed("declare_relative", "申报近亲属关系"))
    return found
