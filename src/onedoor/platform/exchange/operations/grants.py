"""Another organ asks for data under conditions; the owner's steward answers, provides, revokes (《政务数据共享条例》)."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.exchange.datasets import Dataset, Sharing, all_datasets
from onedoor.platform.exchange.models import ShareGrant, ShareRequest
from onedoor.platform.exchange.queries.grants import SharingNotFound
from onedoor.platform.identity import queries as identity
from onedoor.platform.identity.models import Organization
from onedoor.platform.kernel import calendars
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, NotAllowed, OneDoorError
from onedoor.platform.kernel.numbers import next_number

# Working days from the day of the request, or of the grant, which is not counted itself.
REPLY_UNCONDITIONAL, REPLY_CONDITIONAL, PROVIDE = 1, 10, 20
SHORTEST = 4  # characters of a purpose, an article, a reason


class SharingAnswered(OneDoorError):
    code, http_status, message = "exchange.sharing_answered", 409, "这项申请已经答复，不能再答复。请刷新页面查看。"


class MustBeShared(OneDoorError):
    code, http_status, message = (
        "exchange.must_be_shared",
        409,
        "申请的都是无条件共享的数据，依规定应当提供，不能拒绝，也不能另加条件。",
    )


class GrantOver(OneDoorError):
    code, http_status, message = "exchange.grant_over", 409, "这项授权{standing}，不能这样办理。请刷新页面查看。"


@transaction.atomic
def request_sharing(
    *,
    dataset: str,
    fields: Sequence[str],
    purpose: str,
    legal_basis: str,
    until: date,
    actor: Actor,
    at: datetime,
) -> ShareRequest:
    """
    Ask the owner of a dataset, in the place of the actor's organ, for some of its fields; the owner owes an answer.

    :raises InvalidInput: a field that is not there or not shared, no purpose, no article, a day that has passed.
    :raises NoResponsibleOrganization: nobody here owns the dataset in this place.
    """
    requester = own_organization(actor)
    actor.require("exchange.request", division=requester.division_id)
    on, known = day_of(at), all_datasets().get(dataset)
    problems = _problems(known, fields, purpose, legal_basis, until, on)
    if known is None or problems:
        raise InvalidInput(problems)
    owner = identity.responsible_organization(
        division=requester.division_id, tier=known.owner_tier, line=known.line, on=on
    )
    if owner.pk == requester.pk:
        raise InvalidInput({"dataset": "这是本单位自己的数据，不需要申请共享。"})
    days = REPLY_CONDITIONAL if _has_conditions(known, fields) else REPLY_UNCONDITIONAL
    due = calendars.calendar().add_working_days(on, days)
    request = ShareRequest.objects.create(
        number=f"GX{owner.division_id[:6]}-{on.year}-{next_number(f'sharing:{owner.pk}:{on.year}'):05d}",
        dataset=dataset,
        division=requester.division_id,
        owner=owner,
        requester=requester,
        fields=list(fields),
        purpose=purpose.strip(),
        legal_basis=legal_basis.strip(),
        until=until,
        submitted_at=at,
        submitted_by=actor.name,
        reply_due_on=due.day,
        provisional=due.provisional,
    )
    audit.record("exchange.request_sharing", actor=actor, at=at, **_about(request))
    return request


def _problems(
    known: Dataset | None, fields: Sequence[str], purpose: str, legal_basis: str, until: date, on: date
) -> dict[str, str]:
    if known is None:
        return {"dataset": "请选择要申请的数据集。"}
    problems = {}
    shared = {code for code, one in known.fields.items() if one.sharing != Sharing.NOT_SHARED}
    if not fields or not shared.issuperset(fields):
        problems["fields"] = "请选择需要的数据项；不予共享的数据项不能申请。"
    if len(purpose.strip()) < SHORTEST:
        problems["purpose"] = "请写明用来办什么事，当事人会看到这句话。"
    if len(legal_basis.strip()) < SHORTEST:
        problems["legal_basis"] = "请写明使用数据的法律依据，精确到条。"
    if until <= on:
        problems["until"] = "使用期限应在今天以后。"
    return problems


@transaction.atomic
def grant_sharing(
    *,
    number: str,
    fields: Sequence[str],
    last_valid_on: date,
    most_a_day: int | None,
    actor: Actor,
    at: datetime,
) -> ShareGrant:
    """
    Grant a request: some or all of the fields asked for, until a day no later than asked; provision is then owed.

    :raises SharingAnswered: it has been answered.
    :raises InvalidInput: fields or a day beyond what was asked, or conditions on data that are shared without any.
    """
    request, on = _answerable(number, actor), day_of(at)
    problems = {}
    if not fields or not set(request.fields).issuperset(fields):
        problems["fields"] = "请在申请的数据项里选择同意提供的。"
    elif not _has_conditions(all_datasets()[request.dataset], request.fields) and (
        set(fields) != set(request.fields) or most_a_day is not None
    ):
        raise MustBeShared
    if not on < last_valid_on <= request.until:
        problems["last_valid_on"] = f"有效期应在今天以后，最迟到申请的 {request.until:%Y-%m-%d}。"
    if most_a_day is not None and most_a_day < 1:
        problems["most_a_day"] = "每日人数应是正整数，不限制的请留空。"
    if problems:
        raise InvalidInput(problems)
    due = calendars.calendar().add_working_days(on, PROVIDE)
    grant = ShareGrant.objects.create(
        request=request,
        fields=list(fields),
        last_valid_on=last_valid_on,
        most_a_day=most_a_day,
        provide_due_on=due.day,
        provisional=due.provisional,
    )
    _answer(request, ShareRequest.State.GRANTED, actor, at)
    audit.record("exchange.grant_sharing", actor=actor, at=at, **_about(request))
    return grant


@transaction.atomic
def refuse_sharing(*, number: str, reason: str, basis: str, actor: Actor, at: datetime) -> ShareRequest:
    """
    Refuse a request, with reason and article.

    :raises SharingAnswered: it has been answered.
    :raises MustBeShared: only data that are shared without conditions were asked for.
    :raises InvalidInput: no reason or no article.
    """
    request = _answerable(number, actor)
    if not _has_conditions(all_datasets()[request.dataset], request.fields):
        raise MustBeShared
    problems = {}
    if len(reason.strip()) < SHORTEST:
        problems["reason"] = "请写明不同意的理由，申请单位会看到。"
    if len(basis.strip()) < SHORTEST:
        problems["basis"] = "请写明不同意的依据，精确到条。"
    if problems:
        raise InvalidInput(problems)
    request.reason, request.basis = reason.strip(), basis.strip()
    _answer(request, ShareRequest.State.REFUSED, actor, at)
    audit.record("exchange.refuse_sharing", actor=actor, at=at, **_about(request))
    return request


@transaction.atomic
def provide_sharing(*, number: str, actor: Actor, at: datetime) -> ShareGrant:
    """
    Open a granted request for use.

    :raises GrantOver: it is open already, or revoked or expired.
    """
    request = _owned(number, actor)
    grant = _grant_of(request, "待提供", on=day_of(at))
    grant.provided_at = at
    grant.save(update_fields=["provided_at"])
    audit.record("exchange.provide_sharing", actor=actor, at=at, **_about(request))
    return grant


@transaction.atomic
def revoke_grant(*, number: str, reason: str, actor: Actor, at: datetime) -> ShareGrant:
    """
    End a grant at once: used for something else, no longer needed, passed on.

    :raises GrantOver: it has ended already.
    :raises InvalidInput: no reason.
    """
    request = _owned(number, actor)
    grant = _grant_of(request, "待提供", "使用中", on=day_of(at))
    if len(reason.strip()) < SHORTEST:
        raise InvalidInput({"revoke_reason": "请写明撤销的理由，使用单位会看到。"})
    grant.revoked_at, grant.revoked_by, grant.revoke_reason = at, actor.name, reason.strip()
    grant.save(update_fields=["revoked_at", "revoked_by", "revoke_reason"])
    audit.record("exchange.revoke_grant", actor=actor, at=at, **_about(request))
    return grant


def own_organization(actor: Actor) -> Organization:
    """:raises NotAllowed: nobody acts for an organization."""
    if actor.organization_id is None:
        raise NotAllowed
    return Organization.objects.get(pk=actor.organization_id)


def _owned(number: str, actor: Actor) -> ShareRequest:
    """:raises SharingNotFound: there is none, or the data are another organ's."""
    request = ShareRequest.objects.select_for_update(of=("self",)).select_related("owner").filter(number=number).first()
    if request is None or request.owner_id != actor.organization_id:
        raise SharingNotFound
    known = all_datasets().get(request.dataset)
    actor.require("exchange.manage", division=request.owner.division_id, line=known.line if known else "")
    return request


def _answerable(number: str, actor: Actor) -> ShareRequest:
    request = _owned(number, actor)
    if request.state != ShareRequest.State.SUBMITTED:
        raise SharingAnswered
    return request


def _grant_of(request: ShareRequest, *standings: str, on: date) -> ShareGrant:
    grant = ShareGrant.objects.filter(request=request).first()
    standing = grant.standing(on) if grant else "尚未作出"
    if grant is None or standing not in standings:
        raise GrantOver(standing=standing)
    return grant


def _answer(request: ShareRequest, state: ShareRequest.State, actor: Actor, at: datetime) -> None:
    request.state, request.decided_at, request.decided_by = state, at, actor.name
    request.save(update_fields=["state", "decided_at", "decided_by", "reason", "basis"])


def _has_conditions(known: Dataset, fields: Sequence[str]) -> bool:
    return any(known.fields[one].sharing == Sharing.CONDITIONAL for one in fields if one in known.fields)


def _about(request: ShareRequest) -> dict[str, str]:
    """Return what every record of a request names."""
    return {"target": request.target, "division": request.division, "dataset": request.dataset}
