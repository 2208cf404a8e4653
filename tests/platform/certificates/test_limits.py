"""Who is not logged in may check so often in a minute, from one network address."""

from datetime import UTC, datetime, timedelta

import pytest

from onedoor.platform.certificates import queries
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.models import RateSlot

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 24, 2, 0, 5, tzinfo=UTC)


def visitor(address: str = "192.0.2.7") -> Actor:
    return Actor(kind="anonymous", name="", address=address)


def test_walking_through_identifiers_is_stopped_and_the_next_minute_is_free(card, settings):
    settings.ONEDOOR_CHECKS_PER_MINUTE = 3
    for token in (card.token, "no such token", card.identifier):
        queries.verify(token=token, at=AT, actor=visitor())
    with pytest.raises(queries.TooManyChecks):
        queries.verify(token=card.token, at=AT + timedelta(seconds=50), actor=visitor())
    assert queries.verify(token=card.token, at=AT, actor=visitor("192.0.2.8")) is not None
    assert queries.verify(token=card.token, at=AT + timedelta(seconds=60), actor=visitor()) is not None


def test_people_who_are_logged_in_are_not_counted(card, reader, settings):
    settings.ONEDOOR_CHECKS_PER_MINUTE = 0
    someone = Actor(kind="citizen", name="", person_id=reader.pk, address="192.0.2.7")
    assert queries.verify(token=card.token, at=AT, actor=someone) is not None


def test_no_address_is_kept(card):
    queries.verify(token=card.token, at=AT, actor=visitor())
    assert "192.0.2" not in str(RateSlot.objects.values_list().get())
