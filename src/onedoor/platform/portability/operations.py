"""Ask for a copy of everything held on oneself, or on a ward; make it; let it go when its days are over."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import IO
from uuid import UUID

import structlog
from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.files import operations as files
from onedoor.platform.files import storage
from onedoor.platform.files.granting import drop_grants
from onedoor.platform.identity import operations as identity_operations
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.actors import PROVED, Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import NotFound, OneDoorError
from onedoor.platform.kernel.parameters import figure
from onedoor.platform.portability import access, archive, tasks
from onedoor.platform.portability.figures import DAYS
from onedoor.platform.portability.models import DataExport

log = structlog.get_logger()
MACHINE = Actor.system("个人信息导出")
State = DataExport.State
STUCK = timedelta(hours=6)  # longer than all attempts of the task together


class ExportNotFound(NotFound):
    code, message = "portability.not_found", "没有找到这份导出文件，可能已经到期销毁。请到“我的”重新申请导出。"


class ExportNotReady(OneDoorError):
    code, http_status, message = (
        "portability.not_ready",
        409,
        "导出文件还没有准备好。做好以后会通知您，也可以刷新页面看进度。",
    )


@transaction.atomic
def ask_export(*, person_id: int, actor: Actor, at: datetime) -> DataExport:
    """
    Ask for a copy of everything held on a person: oneself or a ward. One that is being made for the same asker is not made
    twice; a guardian's has nothing of what the ward has said in confidence.

    :raises NotLoggedIn, AssuranceTooLow: only who is surely known gets everything at once.
    :raises ExportNotFound: the person is neither the actor nor a ward of theirs.
    """
    own = actor.require_person()
    actor.require_level(PROVED)
    if not access.may_have(person_id, actor=actor, at=at):
        raise ExportNotFound
    identity_operations.lock_person(person_id)
    own_ones = DataExport.objects.filter(person_id=person_id, asked_by_id=own)
    open_one = own_ones.filter(state__in=(State.WAITING, State.PREPARING)).first()
    if open_one is not None:
        return open_one
    found = DataExport.objects.create(person_id=person_id, asked_by_id=own, asked_at=at)
    tasks.prepare_export.enqueue(export_id=str(found.pk))
    audit.record("portability.ask", actor=actor, at=at, target=f"person:{person_id}", export=str(found.pk))
    return found


def prepare_export(*, export_id: UUID, at: datetime) -> None:
    """Make the copy that was asked for; one that is made already, or is gone, is left alone. The worker calls this."""
    if not DataExport.objects.filter(pk=export_id, state__in=(State.WAITING, State.PREPARING)).exists():
        return
    found = DataExport.objects.select_related("person").get(pk=export_id)
    steps = archive.parts_of(found.person_id, at=at, by_guardian=found.is_by_guardian)
    DataExport.objects.filter(pk=export_id).update(state=State.PREPARING, parts=len(steps), done=0)
    aside = storage.Aside()
    digest = _write(aside, found, steps, at)
    aside.finish()
    _keep(export_id, aside, digest, at=at)


def _write(
    aside: "storage.Aside", found: DataExport, steps: "list[Callable[[archive.Archive], None]]", at: datetime
) -> str:
    out: IO[bytes] = aside  # type: ignore[assignment]  # it writes, tells its place and flushes
    made = archive.Archive(out, name=found.person.name, at=at, by_guardian=found.is_by_guardian)
    for place, step in enumerate(steps, start=1):
        try:
            with transaction.atomic():
                step(made)
        except OneDoorError:  # one file is missing or was changed: the copy names it and goes on
            log.exception("portability.part_missing", export=str(found.pk), part=place)
        DataExport.objects.filter(pk=found.pk).update(done=place)
    return made.finish()


@transaction.atomic
def _keep(export_id: UUID, aside: "storage.Aside", digest: str, *, at: datetime) -> None:
    found = DataExport.objects.select_for_update().get(pk=export_id)
    if not found.is_open:
        return
    stored = files.store_made(
        aside=aside,
        media_type="application/zip",
        name="我的个人信息.zip",
        target=found.target,
        owner=f"person:{found.person_id}",
        actor=MACHINE,
        at=at,
    )
    for earlier in DataExport.objects.filter(
        person_id=found.person_id, asked_by_id=found.asked_by_id, state=State.READY
    ):
        _let_go(earlier, at=at)
    place = identity.residence_of(found.person_id, on=day_of(at))
    days = int(figure(DAYS, chain=identity.chain(place) if place else [identity.NATION], on=day_of(at)))
    found.state, found.file, found.size, found.digest = State.READY, stored, stored.size, digest
    found.ready_at, found.expires_at = at, at + timedelta(days=days)
    found.save()
    outbox.publish("portability.ready", key=found.target, export_id=str(found.pk))
    audit.record(
        "portability.prepare",
        actor=MACHINE,
        at=at,
        target=f"person:{found.person_id}",
        export=str(found.pk),
        digest=digest,
    )


@transaction.atomic
def note_failed(*, export_id: UUID, at: datetime) -> None:
    """Note that a copy could not be made, so that the person is told and may ask again."""
    found = DataExport.objects.select_for_update().filter(pk=export_id).first()
    if found is None or not found.is_open:
        return
    found.state = State.FAILED
    found.save(update_fields=["state"])
    outbox.publish("portability.failed", key=found.target, export_id=str(found.pk))
    audit.record("portability.fail", actor=MACHINE, at=at, target=f"person:{found.person_id}", export=str(found.pk))


@transaction.atomic
def take_export(*, export_id: UUID, actor: Actor, at: datetime) -> tuple[DataExport, IO[bytes]]:
    """
    Return a copy's content to the person, or to a guardian what a guardian asked for, and record that they took it.

    :raises ExportNotFound: there is none for this actor, or its days are over.
    :raises ExportNotReady: it is still being made, or being looked at for safety.
    :raises AssuranceTooLow: who takes everything is surely known.
    """
    found = DataExport.objects.select_for_update(of=("self",)).select_related("file").filter(pk=export_id).first()
    if found is None or not access.may_have(found.person_id, actor=actor, at=at):
        raise ExportNotFound
    if not found.is_by_guardian and actor.person_id != found.person_id:
        raise ExportNotFound
    actor.require_level(PROVED)
    if found.is_open:
        raise ExportNotReady
    if not found.may_be_taken(at=at) or found.file is None:
        raise ExportNotFound
    if not found.file.may_be_opened:
        raise ExportNotReady
    content = storage.open_content(found.file.digest, found.file.file_key)
    found.downloads, found.downloaded_at = found.downloads + 1, at
    found.save(update_fields=["downloads", "downloaded_at"])
    target = f"person:{found.person_id}"
    audit.record("portability.take", actor=actor, at=at, target=target, export=str(found.pk), file=found.file_id)
    return found, content


def end_exports(*, at: datetime) -> int:
    """
    Let go of every copy whose days are over, its file is destroyed with its key; give up what could not be made.

    Safe to run twice.
    """
    stuck = DataExport.objects.filter(state__in=(State.WAITING, State.PREPARING), asked_at__lte=at - STUCK)
    for pk in list(stuck.values_list("pk", flat=True)[:500]):
        note_failed(export_id=pk, at=at)
    over = DataExport.objects.filter(state=State.READY, expires_at__lte=at)
    return sum(_end(pk, at) for pk in list(over.values_list("pk", flat=True)[:500]))


@transaction.atomic
def _end(export_id: UUID, at: datetime) -> bool:
    found = DataExport.objects.select_for_update().filter(pk=export_id, state=State.READY).first()
    if found is None or found.expires_at is None or found.expires_at > at:
        return False
    _let_go(found, at=at)
    return True


def _let_go(found: DataExport, *, at: datetime) -> None:
    found.state, found.file = State.GONE, None
    found.save(update_fields=["state", "file"])
    drop_grants(target=found.target, at=at)
    audit.record("portability.end", actor=MACHINE, at=at, target=f"person:{found.person_id}", export=str(found.pk))
