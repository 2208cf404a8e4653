"""Record who is whose guardian, on which paper; what the ward says; the end of it."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from onedoor.platform.audit import operations as audit
from onedoor.platform.identity.models import Guardianship, Person, WardOpinion
from onedoor.platform.identity.queries import NATION, guardianship_between, has_a_say
from onedoor.platform.identity.queries.mandates import OF_AGE
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, NotFound, OneDoorError
from onedoor.standards.id_numbers import parse_citizen_id
from onedoor.standards.periods import age_on, anniversary

MACHINE = Actor.system("监护到期")
MINORS_ONLY = frozenset({Guardianship.Basis.PARENT})


class GuardianshipNotFound(NotFound):
    code, message = "mandate.guardianship_not_found", "没有找到这项监护登记，或它已经终止，请刷新页面。"


class OpinionMissing(OneDoorError):
    code, http_status, message = (
        "mandate.opinion_missing",
        422,
        "孩子已满 8 周岁，请写下他（她）本人对这件事的意见，再开始填写。",
    )


@transaction.atomic
def record_guardianship(
    *,
    ward: tuple[str, str],
    guardian: tuple[str, str],
    basis: str,
    document: str,
    evidence_digest: str,
    valid_from: date,
    actor: Actor,
    at: datetime,
) -> Guardianship:
    """
    Record at the window that one person guards another, after seeing the paper that proves it.

    `ward` and `guardian` are (name, identity number); `evidence_digest` is the SM3 digest of the scanned paper, which
    the caller keeps under `guardianship:<id>`. A minor's guardianship ends by itself on the eighteenth birthday; for
    an adult only a court's finding makes one (Civil Code art. 24), and a spouse, relative or organ may hold it.

    :raises InvalidInput: a person is not known by name and number, the paper is missing, the basis does not fit the age.
    """
    actor.require_one_of("identity.window")
    problems = {}
    protected, protector = _known(*ward), _known(*guardian)
    if protected is None or protected.deceased_on is not None:
        problems["ward_id_number"] = "没有找到姓名与身份证号都一致的被监护人，请核对证件，或先为他（她）核验身份。"
    if protector is None or protector.deceased_on is not None or protector == protected:
        problems["guardian_id_number"] = "没有找到姓名与身份证号都一致的监护人，请核对证件，或先为他（她）核验身份。"
    if basis not in Guardianship.Basis.values:
        problems["basis"] = "请选择监护依据。"
    if not document.strip() or not evidence_digest:
        problems["document"] = "请填写证明文件的名称和编号（出生医学证明、户口簿、法院文书），并上传照片或扫描件。"
    if valid_from > day_of(at):
        problems["valid_from"] = "开始日不能晚于今天。"
    end = _end(protected, day_of(at))
    if protected is not None and end is None and basis in MINORS_ONLY:
        problems["basis"] = "被监护人已成年。成年人的监护须凭法院认定其行为能力的文书，请选择其他依据。"
    if protector is not None and protector.born_on and age_on(protector.born_on, day_of(at)) < OF_AGE:
        problems["guardian_id_number"] = "监护人须年满 18 周岁。"
    if problems or protected is None or protector is None:
        raise InvalidInput(problems)
    standing = guardianship_between(guardian_id=protector.pk, ward_id=protected.pk, on=day_of(at))
    if standing is not None:
        return standing
    guardianship = Guardianship.objects.create(
        ward=protected,
        guardian=protector,
        basis=basis,
        document=document.strip()[:120],
        evidence_digest=evidence_digest,
        valid_from=valid_from,
        valid_to=end,
        recorded_at=at,
        recorded_by=actor.name,
    )
    _tell("identity.guardianship_recorded", guardianship)
    target, place = f"guardianship:{guardianship.pk}", protected.division_id or ""
    audit.record("identity.record_guardianship", actor=actor, at=at, target=target, division=place, basis=basis)
    return guardianship


def _known(name: str, id_number: str) -> Person | None:
    try:
        index = Person.by_number.at(parse_citizen_id(id_number).number)
    except ValueError:
        return None
    return Person.objects.filter(**index, name=name.strip()).first()


def _end(ward: Person | None, on: date) -> date | None:
    """Return a minor's eighteenth birthday; None for an adult, whose guardianship ends when the court says so."""
    if ward is None or ward.born_on is None or age_on(ward.born_on, on) >= OF_AGE:
        return None
    return anniversary(ward.born_on, OF_AGE)


def _tell(topic: str, row: Guardianship) -> None:
    outbox.publish(
        topic,
        key=f"guardianship:{row.pk}",
        guardianship_id=row.pk,
        ward_id=row.ward_id,
        guardian_id=row.guardian_id,
    )


@transaction.atomic
def end_guardianship(*, guardianship_id: int, reason: str, actor: Actor, at: datetime) -> Guardianship:
    """
    End a guardianship at the window: the court has withdrawn it, or found the adult able again (Civil Code art. 39).

    :raises GuardianshipNotFound: there is none in force.
    :raises InvalidInput: no reason is given.
    """
    row = Guardianship.objects.select_for_update().filter(pk=guardianship_id, revoked_at__isnull=True).first()
    if row is None:
        raise GuardianshipNotFound
    actor.require("identity.window", division=row.ward.division_id or NATION)
    if not reason.strip():
        raise InvalidInput({"reason": "请写明依据的文书和编号。"})
    row.revoked_at = at
    row.save(update_fields=["revoked_at"])
    _tell("identity.guardianship_ended", row)
    target, note = f"guardianship:{row.pk}", reason.strip()[:200]
    audit.record("identity.end_guardianship", actor=actor, at=at, target=target, reason=note)
    return row


@transaction.atomic
def record_opinion(*, ward_id: int, reference: str, text: str, actor: Actor, at: datetime) -> None:
    """
    Keep what a minor ward says about an application (`reference` is `draft:<uuid>`); the guardian writes it down.

    Nothing is kept for a child under eight, for an adult ward, or for who is no ward of the actor.

    :raises OpinionMissing: the child is eight or older and nothing is written.
    """
    guardian = actor.require_person()
    if guardian == ward_id:
        return
    row = guardianship_between(guardian_id=guardian, ward_id=ward_id, on=day_of(at))
    if row is None or not has_a_say(row.ward, on=day_of(at)):
        return
    if not text.strip():
        raise OpinionMissing
    WardOpinion.objects.update_or_create(
        reference=reference,
        defaults={
            "guardianship": row,
            "text": text.strip()[:500],
            "recorded_at": at,
            "recorded_by": actor.name or "监护人",
        },
    )
    audit.record("identity.record_opinion", actor=actor, at=at, target=f"guardianship:{row.pk}", reference=reference)


def end_with_majority(*, at: datetime) -> int:
    """Tell both people on the day a ward comes of age; the guardianship has ended by its date. The machine calls this."""
    on = day_of(at)
    grown = Guardianship.objects.filter(Q(valid_to__lte=on), revoked_at__isnull=True)
    ended = 0
    for number in list(grown.values_list("pk", flat=True)):
        with transaction.atomic():
            row = Guardianship.objects.select_for_update().get(pk=number)
            if row.revoked_at is not None:
                continue
            row.revoked_at = at
            row.save(update_fields=["revoked_at"])
            _tell("identity.guardianship_ended", row)
            audit.record("identity.end_guardianship", actor=MACHINE, at=at, target=f"guardianship:{row.pk}")
            ended += 1
    return ended
