"""What an officer may read: cases within the reach and business line of the post in use."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from django.db.models import Exists, OuterRef, QuerySet

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases import access, handlers
from onedoor.platform.cases.models import Case, Clock, KeptCase, StepPerformer
from onedoor.platform.cases.queries.proceedings import obstacle
from onedoor.platform.cases.states import MOVES, Kind
from onedoor.platform.cases.steps import ACCEPT, definition_of
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.prepared import Prepared, prepared


@dataclass(frozen=True)
class PossibleAction:
    """Something the officer could do now, or the reason why not."""

    code: str
    title: str
    kind: str  # officer, notice, machine
    permission: str
    why_not: str = ""


RESTRICTED = KeptCase.objects.filter(restricted_at__isnull=False)  # PIPL art. 47: stored, and nothing else


def get_visible_case(
    *, number: str, actor: Actor, at: datetime, on: date, reason: str = "", shown: bool = False, held: bool = False
) -> Case:
    """
    Return the case if the actor may see it, and record the look; web and api have no other way to a case.

    With `shown` it comes with what its page shows of other tables (`access.for_page`); with `held` it is locked until the
    transaction ends, for the act that follows.

    :raises CaseNotFound: there is none, or it is not for this actor; both look alike.
    """
    officer = actor.kind == "officer"
    if shown:
        whole = access.for_page(_seen(officer)).filter(number=number)
        case = (whole.select_for_update(of=("self",)) if held else whole).first()
    else:
        case = _numbered(officer, held).first(number=number)
    if case is None:
        raise access.CaseNotFound
    if actor.kind == "officer":
        if not officer_sees(case, actor):
            raise access.CaseNotFound
    else:
        access.require_applicant_side(case, actor=actor, scope="view", on=on)
    audit.record_look("cases.view", actor=actor, at=at, target=case.target, division=case.division, reason=reason)
    return case


def _seen(officer: bool) -> QuerySet[Case]:
    found = Case.objects.all()
    return found.annotate(restricted=Exists(RESTRICTED.filter(case=OuterRef("pk")))) if officer else found


@cache
def _numbered(officer: bool, held: bool) -> Prepared[..., Case]:
    def numbered(*, number: str) -> QuerySet[Case]:
        found = _seen(officer).filter(number=number)
        return found.select_for_update(of=("self",)) if held else found

    return prepared(numbered)


def officer_sees(case: Case, actor: Actor) -> bool:
    if case.state == "submitted":
        return False
    restricted = case.restricted if hasattr(case, "restricted") else RESTRICTED.filter(case=case).exists()
    if restricted:
        return actor.may("audit.view", division=case.division, line=case.line)
    return any(
        actor.may(permission, division=case.division, line=case.line)
        for permission in ("cases.view", "supervision.view", "audit.view")
    )


def possible_actions(*, case: Case, actor: Actor) -> list[PossibleAction]:
    """Return what the officer could do with the open steps of a case, each with the reason if it is not possible."""
    item = case.item_version.item
    own = StepPerformer.objects.filter(step=OuterRef("pk"), login_id=actor.require_login())
    rows = list(case.steps.annotate(mine=Exists(own)).order_by("id"))
    done_by = {row.code for row in rows if row.mine}
    guards = handlers.for_item(case.item_code).guards
    found = []
    for row in rows:
        if row.ended_at is not None or not row.permission:
            continue
        definition = definition_of(case, row.code) or ACCEPT
        why_not = ""
        if not actor.may(row.permission, division=row.division, line=case.line):
            why_not = "由其他岗位办理"
        elif not item.single_officer_allowed and done_by & set(definition.excludes):
            why_not = "您办理过前面的环节，依规定须由他人办理"
        elif row.code == "accept" and case.state not in MOVES[Kind.ACCEPT].from_states:
            why_not = "等待申请人补齐材料"
        elif row.code in guards:
            why_not = guards[row.code](case)
        why_not = why_not or obstacle(case, row.code, actor=actor)
        found.append(PossibleAction(row.code, row.title, definition.by, row.permission, why_not))
    return found


def why_not(*, case: Case, actor: Actor, step: str) -> str:
    """Return why the actor cannot do a step of a case now, in a sentence; empty when they can."""
    for action in possible_actions(case=case, actor=actor):
        if action.code == step:
            return action.why_not
    return "这个环节现在不用办，可能已经办过了。"


def may_extend(*, case: Case, actor: Actor, on: date) -> bool:
    """Tell whether the actor could still extend the limits of a case (R-CLK-3: once, before they have run out)."""
    alive = (clock for clock in case.clocks.all() if clock.state != Clock.State.STOPPED)
    statutory = next((clock for clock in alive if clock.kind == Clock.Kind.STATUTORY), None)
    allowed = case.item_version.item.limits.statutory.extension
    if statutory is None or not allowed or statutory.extended_by or statutory.has_run_out(on):
        return False
    return actor.may("cases.decide", division=case.deciding_organization.division_id, line=case.line)
