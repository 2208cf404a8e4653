"""Who may come near a case: its applicant, an agent with a living mandate, an officer whose post reaches it."""

from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import CharField, Exists, Manager, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat, TruncDate

from onedoor.platform.cases import twins
from onedoor.platform.cases.models import (
    Case,
    CasePerson,
    Commitment,
    Conflict,
    Draft,
    Material,
    Pause,
    PublicNotice,
    RelatedStaffDeclaration,
    Tolerance,
)
from onedoor.platform.certificates.models import CertificateUse
from onedoor.platform.files.models import QUARANTINED, StoredFile
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import NotFound
from onedoor.platform.kernel.prepared import Prepared, prepared


class CaseNotFound(NotFound):
    code, message = (
        "cases.not_found",
        "没有找到该办件，或您现在的身份看不到它。请核对办件编号；替别人办的，请确认委托仍然有效。",
    )


class DraftNotFound(NotFound):
    code, message = "cases.draft_not_found", "没有找到该草稿，可能已提交或超过保留期限。请到“我的”页面查看。"


# Of these a case has one row each, or none.
ONE_EACH = (
    *("applicant__entity", "agent", "receiving_organization", "deciding_organization"),
    *("declared", "answer_sources", "hearing"),
)
UNSAFE = (StoredFile.Scan.WAITING, *QUARANTINED)
# Tables that have rows for few cases. A case fetched for its page knows which of them do, so the others are not asked.
RARE: dict[str, QuerySet[Any]] = {
    "people": CasePerson.objects.all(),
    "relatives": RelatedStaffDeclaration.objects.all(),
    "notices": PublicNotice.objects.all(),
    "conflicts": Conflict.objects.all(),
    "pauses": Pause.objects.all(),
    "tolerances": Tolerance.objects.all(),
    "commitments": Commitment.objects.all(),
}


def know_rare(name: str, rows: QuerySet[Any]) -> None:
    """Let another room's table, which hangs on few cases by a `case` of its own, be known with the case as well."""
    RARE[name] = rows


def for_page(found: QuerySet[Case]) -> QuerySet[Case]:
    """Return the cases with what the page of a case shows of other tables, and with which of the rare ones have rows."""
    known: dict[str, Any] = {f"has_{name}": Exists(rows.filter(case=OuterRef("pk"))) for name, rows in RARE.items()}
    known["has_continued_by"] = Exists(Case.objects.filter(continues=OuterRef("pk")))
    target = Concat(Value("case:"), Cast(OuterRef("pk"), CharField()))
    locked = Material.objects.filter(case=OuterRef("pk"), replaced_at=None)
    known["has_unsafe"] = Exists(locked.filter(file__scan__in=UNSAFE))
    known["has_twins"] = twins.named_elsewhere()
    known["has_telephone_twins"] = twins.called_elsewhere()
    known["has_address_twins"] = twins.living_elsewhere()
    known["place_name"] = identity.name_then("division", "submitted_day")
    known["has_certificates"] = Exists(CertificateUse.objects.filter(target=target))
    return (
        found.select_related(*ONE_EACH)
        .prefetch_related("documents", "clocks")
        .annotate(submitted_day=TruncDate("submitted_at"), **known)
    )


def rows_of(case: Case, name: str) -> QuerySet[Any]:
    """Return the rows of a rare table of a case; none, without a query, where it is known that there are none."""
    rows: Manager[Any] = getattr(case, name)
    return rows.all() if may_have(case, name) else rows.none()


def may_have(case: Case, name: str) -> bool:
    """Tell whether a case may have rows in a rare table; False only where it is known that there are none."""
    return bool(getattr(case, f"has_{name}", True))


def look_for_rare(case: Case, *names: str) -> None:
    """
    Let a case know which of these rare tables have rows for it, by one question instead of one each.

    Asked after its row is locked, never with the lock: whoever had to wait for it would hear how things stood before.
    """
    _, *found = _rare(names).one(case_id=case.pk)
    for name, there in zip(names, found, strict=True):
        setattr(case, f"has_{name}", there)


@cache
def _rare(names: tuple[str, ...]) -> Prepared[..., tuple[Any, ...]]:
    def found(*, case_id: int) -> QuerySet[Case, tuple[Any, ...]]:
        known = {f"found_{name}": Exists(RARE[name].filter(case=OuterRef("pk"))) for name in names}
        return Case.objects.filter(pk=case_id).annotate(**known).values_list("pk", *known)

    return prepared(found)


def require_applicant_side(case: Case, *, actor: Actor, scope: str, on: date) -> identity.Side:
    """
    Let the applicant, or the agent while a delegation for `scope` (view, submit, sign, collect) or a guardianship is in force;
    of an organization, whoever may act so for it now, whichever of its people began the case. Return in whose matter, and
    under what.

    :raises CaseNotFound: anybody else; it looks like a case that does not exist.
    :raises MandateExpired: the delegation has ended.
    """
    if actor.person_id is None:
        raise CaseNotFound
    if actor.person_id == case.applicant_id:
        return identity.Side(case.applicant_id)
    is_agent = actor.person_id == case.agent_id
    if not is_agent and (case.agent_id is None or not identity.is_entity(case.applicant_id)):
        raise CaseNotFound
    try:
        delegation = identity.require_mandate(
            agent_id=actor.person_id, principal_id=case.applicant_id, item=case.item_code, scope=scope, on=on
        )
    except identity.MandateMissing:
        if is_agent:
            raise
        raise CaseNotFound from None
    return identity.Side(case.applicant_id, actor.person_id, delegation)


def require_applicant_act(case: Case, *, actor: Actor, on: date, scope: str = "submit") -> None:
    """
    As `require_applicant_side`, for an act that has effect in law: it takes the real-name level the item asks for.

    :raises AssuranceTooLow: the person is not known surely enough in this session.
    """
    require_applicant_side(case, actor=actor, scope=scope, on=on)
    actor.require_level(case.item_version.item.level_to_act)


def require_draft(draft: Draft, *, actor: Actor, scope: str, on: date) -> int | None:
    """
    Let the applicant, or who fills it in while they may act for the applicant; return the id of the delegation that is
    acted under today, None for the applicant and for a guardian.

    :raises DraftNotFound: the draft is neither the actor's own nor that of somebody the actor may act for.
    :raises MandateExpired, MandateRevoked, MandateUsedUp, MandateMissing: the delegation does not hold, or no more.
    """
    if actor.person_id is None:
        raise DraftNotFound
    if actor.person_id == draft.applicant_id:
        return None
    if actor.person_id != draft.filled_by_id and not _represents(actor.person_id, draft):
        raise DraftNotFound
    return identity.require_mandate(
        agent_id=actor.person_id,
        principal_id=draft.applicant_id,
        item=draft.item_version.code,
        scope=scope,
        on=on,
        # What is handed in already has used its delegation; to look at a draft uses none.
        to_use=scope == "submit" and draft.submitted_as_id is None,
    )


def _represents(person_id: int, draft: Draft) -> bool:
    return identity.represents(person_id=person_id, entity_id=draft.applicant_id)


@prepared
def locked_drafts(*, draft_id: UUID) -> QuerySet[Draft]:
    """A draft with its row locked until the transaction ends, its applicant and their place beside it."""
    return Draft.objects.select_for_update(of=("self",)).select_related("applicant__division").filter(pk=draft_id)


def lock_draft(draft_id: UUID, *, actor: Actor, at: datetime) -> Draft:
    """
    Return an open draft with its row locked, for whoever may fill it in.

    :raises DraftNotFound: there is none, it has been submitted or has expired, or it is not for this actor.
    """
    draft = locked_drafts.first(draft_id=draft_id)
    if draft is None or draft.submitted_as_id is not None or draft.expires_at <= at:
        raise DraftNotFound
    require_draft(draft, actor=actor, scope="submit", on=day_of(at))
    return draft
