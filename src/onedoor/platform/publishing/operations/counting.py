"""Count how often a text is read: a number a day, nobody is followed."""

from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import F

from onedoor.platform.publishing.models import DailyViews, Publication


def count_view(*, number: str, on: date) -> None:
    """Add one to the day's count of a text on the site."""
    rows = DailyViews.objects.filter(publication__number=number, on=on)
    if rows.update(number=F("number") + 1):
        return
    publication = Publication.objects.get(number=number)
    try:
        with transaction.atomic():
            DailyViews.objects.create(publication=publication, on=on, number=1)
    except IntegrityError:  # somebody else has opened the day
        rows.update(number=F("number") + 1)
