"""The medical insurance bureau has been granted whom the minimum living guarantee covers, and asks for more."""

from datetime import datetime, timedelta
from typing import Any

from onedoor.platform.exchange import operations
from onedoor.platform.exchange.models import ShareRequest
from onedoor.platform.identity import queries as identity
from onedoor.platform.identity.models import Login
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.services.assistance.datasets import RECOGNIZED_PEOPLE
from onedoor.services.assistance.rules.laws import LAW

BASIS = f"{LAW}第六十二条"


def load(*, at: datetime) -> None:
    """Ask twice and grant the first; what has been asked before is left alone."""
    if ShareRequest.objects.exists():
        return
    user, steward = _officer("YB001", at), _officer("LP008", at)
    until = day_of(at) + timedelta(days=365)
    asked: dict[str, Any] = {
        "dataset": RECOGNIZED_PEOPLE.code,
        "legal_basis": BASIS,
        "until": until,
        "actor": user,
        "at": at,
    }
    first = operations.request_sharing(fields=["category"], purpose="核对医疗救助对象资格", **asked)
    operations.grant_sharing(
        number=first.number, fields=["category"], last_valid_on=until, most_a_day=200, actor=steward, at=at
    )
    operations.provide_sharing(number=first.number, actor=steward, at=at)
    operations.request_sharing(
        fields=["category", "since", "review_due_on"], purpose="资助困难群众参加基本医疗保险", **asked
    )


def _officer(username: str, at: datetime) -> Actor:
    login = Login.objects.get(username=username)
    return identity.actor_for_post(post_id=login.posts.get().pk, channel="window", on=day_of(at))
