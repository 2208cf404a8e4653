"""A person asks to be told of a topic at a place, and takes it back with one press."""

from datetime import datetime

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import InvalidInput, NotFound
from onedoor.platform.publishing import rules
from onedoor.platform.publishing.models import Subscription

REGISTERED, MOST = 1, 30


class SubscriptionNotFound(NotFound):
    code, message = "publishing.subscription_not_found", "没有这个订阅，可能已经退订。请刷新页面查看。"


@transaction.atomic
def subscribe(*, topic: str, division: str, actor: Actor, at: datetime) -> Subscription:
    """
    Agree to be told of a topic at a place; agreed already changes nothing.

    :raises InvalidInput: an unknown topic or place, or too many.
    """
    person_id = actor.require_person()
    actor.require_level(REGISTERED)
    place = identity.find_division(division)
    if topic not in rules.TOPICS:
        raise InvalidInput({"topic": "请选择主题。"})
    if place is None:
        raise InvalidInput({"division": "请选择地区。"})
    own = Subscription.objects.filter(person_id=person_id, ended_at__isnull=True)
    if own.count() >= MOST:
        raise InvalidInput({"topic": f"最多订阅 {MOST} 个主题，请先退订不需要的。"})
    row, is_new = Subscription.objects.get_or_create(
        person_id=person_id, topic=topic, division=place.code, ended_at=None, defaults={"agreed_at": at}
    )
    if is_new:
        audit.record("publishing.subscribe", actor=actor, at=at, target=f"person:{person_id}", topic=topic)
    return row


@transaction.atomic
def end_subscription(*, subscription_id: int, actor: Actor, at: datetime) -> None:
    """
    Take an agreement back: nothing that has not left the house is sent under it.

    :raises SubscriptionNotFound: not the actor's, or ended already.
    """
    person_id = actor.require_person()
    ended = Subscription.objects.filter(pk=subscription_id, person_id=person_id, ended_at=None).update(ended_at=at)
    if not ended:
        raise SubscriptionNotFound
    audit.record("publishing.unsubscribe", actor=actor, at=at, target=f"person:{person_id}")
