"""Draft a text, version by version; what every later act on it shares."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, NotAllowed
from onedoor.platform.kernel.numbers import next_number
from onedoor.platform.publishing import access, rules
from onedoor.platform.publishing.access import WRITE, Act, PublicationNotFound, State
from onedoor.platform.publishing.models import MediaAccount, Picture, Publication, PublicationVersion


class NotReady(InvalidInput):
    code = "publishing.not_ready"


@dataclass(frozen=True)
class Text:
    """What an officer has written."""

    title: str
    summary: str
    body: str
    topic: str
    audience: str
    valid_from: date | None
    valid_to: date | None
    channels: Sequence[str]
    accounts: Sequence[int] = ()
    everybody: bool = False
    pictures: Sequence[Mapping[str, Any]] | None = None  # None: those of the version before


@transaction.atomic
def write_publication(
    *, number: str, text: Text, actor: Actor, at: datetime, carries: str = "", seen: int | None = None
) -> PublicationVersion:
    """
    Save a text as its next version, made from the version `seen`; without a `number` it begins, and may carry on a released
    one of an upper organ.

    A draft may be unfinished; what keeps it from being published is told when it is handed over for review.

    :raises PublicationNotFound: there is none, or none that could be carried on.
    :raises PublicationMoveNotPossible: it is no draft any more.
    :raises StaleVersion: somebody else has saved another version since.
    :raises InvalidInput: something cannot be kept as it is.
    """
    publication = (
        access.require_publication(number, WRITE, actor, State.DRAFT) if number else _begun(carries, actor, at)
    )
    access.require_seen(publication, seen)
    pictures = _pictures_before(publication) if text.pictures is None else text.pictures
    _check(text, publication, actor)
    publication.version += 1
    publication.written_login_id = actor.login_id
    publication.save()
    version = PublicationVersion.objects.create(
        publication=publication,
        version=publication.version,
        title=" ".join(rules.plain(text.title).split("\n")),
        summary=" ".join(rules.plain(text.summary).split("\n")),
        body=rules.plain(text.body),
        topic=text.topic,
        audience=text.audience,
        valid_from=text.valid_from or day_of(at),  # `_check` has refused a text without
        valid_to=text.valid_to,
        channels=[one for one in rules.CHANNELS if one in text.channels],
        accounts=sorted(set(text.accounts)),
        everybody=text.everybody,
        pictures=[dict(one) for one in pictures],
        recorded_at=at,
        recorded_by=actor.name,
    )
    access.step(publication, Act.WRITE, "", actor, at)
    audit.record("publishing.write", actor=actor, at=at, **access.about(publication))
    return version


def text_of(version: PublicationVersion) -> Text:
    """Return a version as it could be saved again."""
    return Text(**{one.name: getattr(version, one.name) for one in fields(Text)})


def _pictures_before(publication: Publication) -> Sequence[Mapping[str, Any]]:
    before = publication.versions.filter(version=publication.version).first() if publication.pk else None
    return before.pictures if before is not None else ()


def _begun(carries: str, actor: Actor, at: datetime) -> Publication:
    """Return a new row, for the place of the post in use."""
    actor.require(WRITE, division=actor.division)
    if actor.organization_id is None:
        raise NotAllowed
    carried = None
    if carries:
        carried = Publication.objects.filter(number=carries, state=State.RELEASED).first()
        if carried is None or carried.division not in identity.chain(actor.division)[1:]:
            raise PublicationNotFound
    return Publication(
        number=f"P{next_number('publishing.publication'):05}",
        organization_id=actor.organization_id,
        division=actor.division,
        carries=carried,
        recorded_at=at,
        recorded_by=actor.name,
    )


def _check(text: Text, publication: Publication, actor: Actor) -> None:
    """:raises InvalidInput: what the table itself could not hold, and what is not the actor's to choose."""
    problems = {}
    if not text.title.strip():
        problems["title"] = "请填写标题，方便在列表里找到。"
    for field, value, most in (
        ("title", text.title, rules.LONGEST_TITLE),
        ("summary", text.summary, rules.LONGEST_SUMMARY),
        ("body", text.body, rules.LONGEST_BODY),
    ):
        if len(value.strip()) > most:
            problems[field] = f"有 {len(value.strip())} 个字，请缩短到 {most} 个字以内。"
    if text.topic not in rules.TOPICS:
        problems["topic"] = "请选择主题。"
    if set(text.channels) - set(rules.CHANNELS):
        problems["channels"] = "没有这种渠道，请从列表里选择。"
    place = identity.find_division(text.audience)
    if place is None:
        problems["audience"] = "请填写 12 位行政区划代码。"
    elif not actor.may(WRITE, division=place.code):
        problems["audience"] = "只能面向本单位管辖的地区发布，请核对代码。"
    if text.valid_from is None:
        problems["valid_from"] = "请填写有效期从哪一天起。"
    elif text.valid_to is not None and text.valid_to <= text.valid_from:
        problems["valid_to"] = "失效日要晚于生效日；长期有效的不用填。"
    problems |= _of_accounts(text.accounts, actor) | _of_pictures(text.pictures or (), publication)
    if problems:
        raise InvalidInput(problems)


def _of_accounts(chosen: Collection[int], actor: Actor) -> dict[str, str]:
    """Accounts are the own ones and those of lower organs."""
    rows = MediaAccount.objects.filter(pk__in=chosen, ended_at__isnull=True)
    reached = {row.pk for row in rows if actor.may(WRITE, division=row.division)}
    return {} if reached == set(chosen) else {"accounts": "有的账号已经停用，或者不归本单位管，请重新选择。"}


def _of_pictures(chosen: Sequence[Mapping[str, Any]], publication: Publication) -> dict[str, str]:
    if len(chosen) > rules.MOST_PICTURES:
        return {"pictures": f"最多 {rules.MOST_PICTURES} 张图片。"}
    wanted = {int(one["id"]) for one in chosen}
    own = set(Picture.objects.filter(publication_id=publication.pk, pk__in=wanted).values_list("pk", flat=True))
    return {} if own == wanted else {"pictures": "有的图片不是这条信息的，请重新上传。"}
