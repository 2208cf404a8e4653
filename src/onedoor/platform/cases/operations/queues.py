"""Keep a way to look at the worklist, alone or for the whole organization, and let it go."""

from datetime import datetime

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases.models import Queue
from onedoor.platform.cases.queues import Sieve
from onedoor.platform.identity.models import Organization
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import InvalidInput, NotFound, OneDoorError

MOST = 20  # queues of one officer at one post
LONGEST_TITLE = 20


class QueueNotFound(NotFound):
    code, message = "cases.queue_not_found", "没有找到这个队列，可能已经删除。请回到待办查看。"


class TooManyQueues(OneDoorError):
    code, http_status, message = (
        "cases.too_many_queues",
        409,
        f"一个岗位最多保存 {MOST} 个队列。请先删除不用的，再保存。",
    )


@transaction.atomic
def keep_queue(*, title: str, sieve: Sieve, shared: bool, actor: Actor, at: datetime) -> Queue:
    """
    Keep a sieve under a title for the post in use; with `shared` everybody of the organization sees it, each with the
    cases of their own post. Keeping the same title again replaces it.

    :raises InvalidInput: no title, a title too long, or nothing chosen.
    :raises TooManyQueues: twenty are kept already.
    """
    actor.require_post()
    actor.require_one_of("cases.view")
    organ = Organization.objects.get(pk=actor.organization_id or 0)
    problems = {}
    if not 1 <= len(title.strip()) <= LONGEST_TITLE:
        problems["title"] = "请给队列起个名字，不超过 20 个字。"
    if not sieve.chosen():
        problems["sieve"] = "请先选一个筛选条件，再保存。"
    if problems:
        raise InvalidInput(problems)
    mine = Queue.objects.filter(login_id=actor.require_login(), post_id=actor.post_id)
    if mine.exclude(title=title.strip()).count() >= MOST:
        raise TooManyQueues
    queue, _ = Queue.objects.update_or_create(
        login_id=actor.require_login(),
        post_id=actor.post_id,
        title=title.strip(),
        defaults={
            "organization": organ,
            "sieve": sieve.chosen(),
            "shared": shared,
            "kept_by": actor.name,
            "kept_at": at,
        },
    )
    audit.record(
        "cases.keep_queue", actor=actor, at=at, target=f"queue:{queue.pk}", division=organ.division_id, shared=shared
    )
    return queue


@transaction.atomic
def drop_queue(*, queue_id: int, actor: Actor, at: datetime) -> None:
    """
    Let a queue of one's own go, for everybody where it was shared.

    :raises QueueNotFound: there is none, or somebody else keeps it.
    """
    actor.require_post()
    queue = Queue.objects.filter(pk=queue_id, login_id=actor.require_login(), post_id=actor.post_id).first()
    if queue is None:
        raise QueueNotFound
    actor.require_one_of("cases.view")
    division = queue.organization.division_id
    audit.record("cases.drop_queue", actor=actor, at=at, target=f"queue:{queue.pk}", division=division)
    queue.delete()
