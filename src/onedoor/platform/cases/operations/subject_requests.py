"""What a person may ask about their own data: deletion where no law keeps it, restriction where one does."""

from datetime import datetime

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases import discarding
from onedoor.platform.cases.models import Case, Draft, KeptCase, SubjectRequest
from onedoor.platform.identity import operations as identity
from onedoor.platform.kernel.actors import PROVED, Actor
from onedoor.platform.kernel.errors import NotFound

UNDER_WAY = "办件正在办理，处理您的个人信息为履行法定职责所必需（《个人信息保护法》第十三条第三项）"
ARCHIVED = "办件材料是法定档案，保存期限未满不得删除（《个人信息保护法》第四十七条第二款、《档案法》）"


class SubjectRequestNotFound(NotFound):
    code, message = "cases.subject_request_not_found", "没有找到这项请求，请从“我的个人信息”页面办理。"


@transaction.atomic
def ask_deletion(*, actor: Actor, at: datetime) -> SubjectRequest:
    """
    Answer a person's request to delete what is held about them, at once.

    Their drafts are deleted. Cases are kept, each with the law that keeps it; for ended ones restriction is offered.

    :raises NotLoggedIn: only the person themselves may ask.
    :raises AssuranceTooLow: their identity is not proved surely enough to delete anything.
    """
    person_id = actor.require_person()
    actor.require_level(PROVED)
    identity.lock_person(person_id)
    request = SubjectRequest.objects.create(
        person_id=person_id,
        kind=SubjectRequest.Kind.DELETE,
        state=SubjectRequest.State.IDENTITY_CHECKED,
        received_at=at,
    )
    request.deleted_drafts = _delete_drafts(person_id, actor, at)
    cases = Case.objects.filter(applicant_id=person_id).order_by("pk")
    KeptCase.objects.bulk_create(
        KeptCase(
            request=request,
            case=case,
            basis=ARCHIVED if case.is_ended else UNDER_WAY,
            can_be_restricted=case.is_ended,
        )
        for case in cases
    )
    request.state, request.answered_at = SubjectRequest.State.ANSWERED, at
    request.save(update_fields=["state", "answered_at", "deleted_drafts"])
    audit.record(
        "cases.ask_deletion",
        actor=actor,
        at=at,
        target=f"person:{person_id}",
        request=request.pk,
        deleted_drafts=request.deleted_drafts,
        kept_cases=len(cases),
    )
    return request


def _delete_drafts(person_id: int, actor: Actor, at: datetime) -> int:
    drafts = list(Draft.objects.select_for_update().filter(applicant_id=person_id, submitted_as__isnull=True))
    for draft in drafts:
        audit.record("cases.discard_draft", actor=actor, at=at, target=draft.target)
        discarding.throw_away(draft, at=at)
    return len(drafts)


@transaction.atomic
def restrict_processing(*, request_id: int, actor: Actor, at: datetime) -> SubjectRequest:
    """
    Lock the ended cases of an answered deletion request away: they stay stored, and no officer opens them any more.

    The audit administrator still can: what the law keeps has to stay answerable.

    :raises SubjectRequestNotFound: there is none of this person.
    :raises AssuranceTooLow: as for asking.
    """
    actor.require_level(PROVED)
    found = SubjectRequest.objects.select_for_update().filter(pk=request_id, person_id=actor.require_person()).first()
    if found is None:
        raise SubjectRequestNotFound
    if found.restricted_at is None:
        found.restricted_at = at
        found.save(update_fields=["restricted_at"])
        kept = found.kept.filter(can_be_restricted=True)
        kept.update(restricted_at=at)
        audit.record(
            "cases.restrict",
            actor=actor,
            at=at,
            target=f"person:{found.person_id}",
            request=found.pk,
            cases=list(kept.values_list("case_id", flat=True)),
        )
    return found
