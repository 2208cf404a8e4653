"""Recognise households, end a recognition."""

from datetime import datetime

from django.db import IntegrityError, transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases.models import Case, StoredJudgement
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import OneDoorError
from onedoor.platform.kernel.numbers import next_number
from onedoor.services.assistance.models import Recognition, RecognizedPerson
from onedoor.standards.judgement import Judgement


class AlreadyCovered(OneDoorError):
    code, http_status, message = (
        "assistance.already_covered",
        409,
        "家庭成员中有人已在享受最低生活保障，同一人不能重复享受。请先核对原认定。",
    )


@transaction.atomic
def recognize_household(*, case: Case, judgement: Judgement, actor: Actor, at: datetime) -> Recognition:
    """
    Enter a granted household into the register; the benefit begins in the month after the decision (R11).

    :raises AlreadyCovered: somebody of it is covered already (invariant of the register, kept by the database).
    """
    actor.require("cases.decide", division=case.deciding_organization.division_id, line=case.line)
    value = judgement.value
    year = day_of(at).year
    running = next_number(f"recognition:{case.deciding_organization_id}:{year}")
    stored = StoredJudgement.objects.filter(case=case).latest("id")
    recognition = Recognition.objects.create(
        number=f"DB{case.deciding_organization.division_id[:6]}-{year}-{running:06d}",
        division=case.division,
        in_force_from=value["start_month"],
        case_number=case.number,
        category=Recognition.Category.DIBAO,
        head=case.applicant,
        start_month=value["start_month"],
        monthly_amount=value["monthly_amount"],
        review_class=value["review_class"],
        review_due_on=value["review_due"],
        judgement_digest=stored.digest,
        decided_by=case.deciding_organization,
        recorded_at=at,
        recorded_by=actor.name,
    )
    try:
        with transaction.atomic():
            RecognizedPerson.objects.bulk_create(
                RecognizedPerson(recognition=recognition, person_id=row.person_id)
                for row in case.people.filter(role="member")
            )
    except IntegrityError as error:
        raise AlreadyCovered from error
    audit.record(
        "assistance.recognize",
        actor=actor,
        at=at,
        target=f"recognition:{recognition.pk}",
        division=case.division,
        case=case.pk,
    )
    return recognition


@transaction.atomic
def end_recognition(*, recognition_id: int, reason: str, actor: Actor, at: datetime) -> Recognition:
    """
    End a recognition on the day of `at`: nobody is covered by it any more, the last month paid is the present one.

    Ending one that has ended changes nothing.
    """
    recognition = Recognition.objects.select_for_update().get(pk=recognition_id)
    actor.require("cases.decide", division=recognition.division, line="assistance")
    if recognition.in_force_to is not None:
        return recognition
    # One that was ended before its first day has never been in force: it ends on the day it would have begun.
    last = max(day_of(at), recognition.in_force_from)
    recognition.end(on=last, at=at)
    recognition.end_month = last.replace(day=1)
    recognition.save(update_fields=["in_force_to", "end_recorded_at", "end_month"])
    recognition.people.filter(ended_on__isnull=True).update(ended_on=last)
    audit.record(
        "assistance.end_recognition",
        actor=actor,
        at=at,
        target=f"recognition:{recognition.pk}",
        division=recognition.division,
        reason=reason[:200],
    )
    return recognition
