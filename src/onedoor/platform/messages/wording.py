"""Which version of a template holds, and what it says with its variables filled in."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from onedoor.platform.kernel import languages
from onedoor.platform.kernel.languages import Language
from onedoor.platform.kernel.prepared import prepared
from onedoor.platform.messages import shipped
from onedoor.platform.messages.models import TemplateVersion

SHIPPED_BY = "随平台发布"


def in_force(codes: Iterable[str], *, on: date, at: datetime) -> dict[tuple[str, str], TemplateVersion]:
    """
    Return the version in force of each template and channel; the newest that is valid on the day.

    What was shipped and never loaded is written down now, so that every message can name its version.
    """
    wanted = [code for code in dict.fromkeys(codes) if code]
    found = _standing(wanted, on)
    missing = [
        code for code in wanted if (told := shipped.find(code)) and {(code, one) for one in told.texts} - found.keys()
    ]
    if missing and write_shipped(missing, at=at, on=on):
        found = _standing(wanted, on)
    return found


def _standing(codes: list[str], on: date) -> dict[tuple[str, str], TemplateVersion]:
    return {(row.code, row.channel): row for row in _approved.all(codes=codes, on=on)}


@prepared
def _approved(*, codes: list[str], on: date) -> QuerySet[TemplateVersion]:
    rows = TemplateVersion.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=on), code__in=codes, state=TemplateVersion.State.APPROVED
    )
    return rows.filter(valid_from__lte=on).order_by("number")


@transaction.atomic
def write_shipped(codes: Iterable[str], *, at: datetime, on: date) -> int:
    """
    Write the shipped words of templates as a version of each channel whose newest version is an older shipped one.

    Words a site has made its own stay. Return how many versions are new.
    """
    wanted = {code: template for code in codes if (template := shipped.find(code)) is not None}
    rows = TemplateVersion.objects.filter(code__in=wanted, state=TemplateVersion.State.APPROVED).order_by("number")
    newest = {(row.code, row.channel): row for row in rows}
    fresh = []
    for code, template in wanted.items():
        for channel, text in template.texts.items():
            last = newest.get((code, channel))
            if last is None or (last.is_shipped and last.text != text):
                fresh.append(_first(code, channel, text, int(last.number or 0) + 1 if last else 1, at, on))
    TemplateVersion.objects.bulk_create(fresh, ignore_conflicts=True)  # two workers may find the same missing
    return len(fresh)


def _first(code: str, channel: str, text: str, number: int, at: datetime, on: date) -> TemplateVersion:
    return TemplateVersion(
        code=code,
        channel=channel,
        number=number,
        text=text,
        valid_from=on,
        state=TemplateVersion.State.APPROVED,
        recorded_at=at,
        recorded_by=SHIPPED_BY,
        settled_at=at,
        settled_by=SHIPPED_BY,
    )


def load_shipped(*, at: datetime, on: date) -> int:
    """Write every shipped template that is new or different; return how many versions are new. Safe to run again."""
    return write_shipped([template.code for template in shipped.every()], at=at, on=on)


def said(text: str, values: Mapping[str, Any], *, language: Language, on: date) -> str:
    """Return the words of a version filled in, in a language that has them; words changed at a site stay Chinese until it has."""
    if text not in language.words:
        return fill(text, values)
    further = languages.further(language, on=on)
    return fill(language.words[text], {name: language.told(str(value), further) for name, value in values.items()})


def fill(text: str, values: Mapping[str, Any]) -> str:
    """Return the words with their variables filled in."""
    return text.format_map({name: str(value) for name, value in values.items()})
