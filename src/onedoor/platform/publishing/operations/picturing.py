"""Add pictures to a draft, each with its words, and take them out again; each time the text is its next version."""

from dataclasses import replace
from datetime import datetime
from typing import IO, Any

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.files import operations as files
from onedoor.platform.files.families import Family
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import InvalidInput, NotFound
from onedoor.platform.publishing import access, rules
from onedoor.platform.publishing.access import WRITE, State
from onedoor.platform.publishing.drawing import draw
from onedoor.platform.publishing.models import Picture, Publication, PublicationVersion
from onedoor.platform.publishing.operations.writing import text_of, write_publication

ONLY_PICTURES: tuple[Family, ...] = ("image",)


class PictureNotFound(NotFound):
    code, message = "publishing.picture_not_found", "没有找到这张图片，可能已经删去，请刷新页面。"


@transaction.atomic
def add_picture(*, number: str, content: bytes | IO[bytes] | None, alt: str, actor: Actor, at: datetime) -> Picture:
    """
    Add a picture to a draft, after its others, as the next version of the text.

    What came is kept sealed, as every file, and looked at by the scanner; what lies open is drawn anew from its pixels.

    :raises PublicationNotFound, PublicationMoveNotPossible: there is none within reach, or it is no draft.
    :raises InvalidInput: no picture, no words for it, or one too many.
    :raises FileRefused, StorageFull: as their names say.
    """
    publication = access.require_publication(number, WRITE, actor, State.DRAFT)
    version = access.standing(publication)
    words = _checked(content, alt, version)
    taken = files.receive(content or b"", accept=ONLY_PICTURES)
    with taken.aside.open() as opened:
        drawn = draw(opened)
    stored = files.store_file(content=taken, name="图片", target=publication.target, actor=actor, at=at)
    picture = Picture.objects.create(
        publication=publication,
        file=stored,
        content=drawn.large,
        small=drawn.small,
        width=drawn.width,
        height=drawn.height,
        recorded_at=at,
        recorded_by=actor.name,
    )
    told = {"id": picture.pk, "alt": words, "width": drawn.width, "height": drawn.height}
    _write(publication, [*version.pictures, told], version, actor, at)
    audit.record("publishing.add_picture", actor=actor, at=at, picture=picture.pk, **access.about(publication))
    return picture


def _checked(content: object, alt: str, version: PublicationVersion) -> str:
    """:raises InvalidInput: see `add_picture`."""
    problems, words = {}, alt.strip()
    if content is None:
        problems["file"] = "请选择一张图片（JPG 或 PNG）。"
    elif len(version.pictures) >= rules.MOST_PICTURES:
        problems["file"] = f"最多 {rules.MOST_PICTURES} 张图片，请先删去一张。"
    if not words:
        problems["alt"] = "请写图片说明：图上有什么，看不见图片的人靠它知道。"
    elif len(words) > rules.LONGEST_ALT:
        problems["alt"] = f"有 {len(words)} 个字，请缩短到 {rules.LONGEST_ALT} 个字以内。"
    if problems:
        raise InvalidInput(problems)
    return words


@transaction.atomic
def remove_picture(*, number: str, picture_id: int, actor: Actor, at: datetime) -> PublicationVersion:
    """
    Take a picture out of a draft, as the next version of the text; earlier versions keep it.

    :raises PublicationNotFound, PublicationMoveNotPossible: there is none within reach, or it is no draft.
    :raises PictureNotFound: the text has no such picture.
    """
    publication = access.require_publication(number, WRITE, actor, State.DRAFT)
    version = access.standing(publication)
    left = [one for one in version.pictures if one["id"] != picture_id]
    if len(left) == len(version.pictures):
        raise PictureNotFound
    made = _write(publication, left, version, actor, at)
    audit.record("publishing.remove_picture", actor=actor, at=at, picture=picture_id, **access.about(publication))
    return made


def _write(
    publication: Publication, pictures: list[dict[str, Any]], version: PublicationVersion, actor: Actor, at: datetime
) -> PublicationVersion:
    text = replace(text_of(version), pictures=pictures)
    return write_publication(number=publication.number, text=text, actor=actor, at=at)
