"""Exactly what goes out over each channel: the preview shows it, the worker sends it, both make it here."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from onedoor.platform.catalog.plain_words import hard_words
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import parameters
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.messages import operations as messages
from onedoor.platform.publishing import links, rules
from onedoor.platform.publishing.figures import SMS_MOST, WEIBO_MOST
from onedoor.platform.publishing.models import MediaAccount, Picture, Publication, PublicationVersion

NEWS, EMERGENCY, CORRECTION = "publishing.news", "publishing.emergency", "publishing.correction"
WECHAT_TITLE, WECHAT_DIGEST, WECHAT_CONTENT = 32, 128, 20_000  # characters, as draft/add takes them


@dataclass(frozen=True)
class Preview:
    """What one channel shows: its words, how long they are and may be, and in what they are counted."""

    channel: str
    name: str
    text: str
    length: int = 0
    most: int = 0
    unit: str = ""
    note: str = ""

    @property
    def is_too_long(self) -> bool:
        return bool(self.most) and self.length > self.most


def path_of(publication: Publication) -> str:
    return f"/news/{publication.number}/"


def address_of(publication: Publication) -> str:
    return f"{settings.ONEDOOR_PUBLIC_URL}{path_of(publication)}"


def organ_of(publication: Publication) -> str:
    return str(publication.organization.name)


def source_of(publication: Publication) -> str:
    """Return whose text this is, where it is carried on from an upper organ."""
    return organ_of(publication.carries) if publication.carries is not None else ""


def is_source_recalled(publication: Publication) -> bool:
    """Tell whether the upper organ has taken back what is carried on."""
    return publication.carries is not None and publication.carries.state == Publication.State.RECALLED


def values_of(publication: Publication, version: PublicationVersion) -> dict[str, Any]:
    """Return what the templates of messages say of a text."""
    return {
        "organ": organ_of(publication),
        "title": version.title,
        "summary": version.summary,
        "address": address_of(publication),
    }


def template_of(version: PublicationVersion) -> str:
    return EMERGENCY if version.everybody else NEWS


def message_text(publication: Publication, version: PublicationVersion, channel: str, *, at: datetime) -> str:
    """Return the words of a short message or of the inbox."""
    return messages.plain_words(template_of(version), channel, values_of(publication, version), at=at)


def weibo_text(publication: Publication, version: PublicationVersion) -> str:
    """Return the words of a post; Weibo asks for an address of the site that sends it."""
    source = f"（来源：{source_of(publication)}）" if source_of(publication) else ""
    return f"【{version.title}】{version.summary}{source} {address_of(publication)}"


def wechat_article(publication: Publication, version: PublicationVersion, *, thumb: str = "") -> dict[str, Any]:
    """Return the article of the official account, in WeChat's own names (draft/add)."""
    source = f"<p>来源：{source_of(publication)}</p>" if source_of(publication) else ""
    blocks = rules.with_pictures(rules.blocks_of(version.body), version.pictures)
    content = rules.as_html(blocks, base=settings.ONEDOOR_PUBLIC_URL, pictures=f"{path_of(publication)}pictures/")
    return {
        "title": rules.cut(version.title, WECHAT_TITLE),
        "author": rules.cut(organ_of(publication), 16),
        "digest": rules.cut(version.summary, WECHAT_DIGEST),
        "content": content + source,
        "content_source_url": address_of(publication),
        "thumb_media_id": thumb,
        "need_open_comment": 0,
        "only_fans_can_comment": 0,
    }


def pictures_of(publication: Publication, version: PublicationVersion) -> list[tuple[str, bytes]]:
    """Return the pictures of an article in their order, each with the address the article has for it."""
    found = Picture.objects.in_bulk([one["id"] for one in version.pictures])
    base = f"{address_of(publication)}pictures/"
    return [(f"{base}{one['id']}.jpg", bytes(found[one["id"]].content)) for one in version.pictures]


def previews(publication: Publication, version: PublicationVersion, *, at: datetime) -> list[Preview]:
    """Return what goes out over each channel chosen, in their order."""
    return [_preview(channel, publication, version, at) for channel in rules.CHANNELS if channel in version.channels]


def _preview(channel: str, publication: Publication, version: PublicationVersion, at: datetime) -> Preview:
    name = rules.CHANNELS[channel]
    if channel == "weibo":
        text = weibo_text(publication, version)
        return Preview(channel, name, text, rules.weibo_length(text), most_of(WEIBO_MOST, version, at), "字")
    if channel == "sms":
        text = message_text(publication, version, "sms", at=at)
        note = f"{len(text)} 个字，按 {rules.sms_parts(text)} 条计费"
        return Preview(channel, name, text, rules.sms_parts(text), most_of(SMS_MOST, version, at), "条", note)
    if channel == "inbox":
        return Preview(channel, name, message_text(publication, version, "inbox", at=at))
    if channel == "wechat":
        article = wechat_article(publication, version)
        note = f"标题：{article['title']}；全文与网站相同"
        return Preview(channel, name, str(article["digest"]), len(article["content"]), WECHAT_CONTENT - 1, "字", note)
    return Preview(channel, name, rules.as_text(version.body), note=path_of(publication))


def most_of(key: str, version: PublicationVersion, at: datetime) -> int:
    return int(parameters.figure(key, chain=identity.chain(version.audience), on=day_of(at)))


def findings(publication: Publication, version: PublicationVersion, *, at: datetime) -> list[rules.Finding]:
    """Return everything a reviewer would send back, and what they should look at."""
    accounts = MediaAccount.objects.filter(pk__in=version.accounts, ended_at__isnull=True)
    return [
        *rules.faults_of_words(version.title, version.summary, version.body),
        *rules.faults_of_period(version.valid_from, version.valid_to, on=day_of(at)),
        *rules.faults_of_choice(version.channels, {one.kind for one in accounts}),
        *rules.faults_of_accounts(len(version.accounts) - len(accounts)),
        *_of_text(version),
        *_of_source(publication),
        *rules.faults_of_links(version.body, alive=links.is_alive),
        *_of_lengths(publication, version, at),
        *rules.faults_of_topics(version.title, version.summary, version.channels),
    ]


def _of_source(publication: Publication) -> Iterator[rules.Finding]:
    if is_source_recalled(publication):
        reason = publication.carries.recall_reason if publication.carries else ""
        yield rules.Finding("body", f"转载的原文已由{source_of(publication)}撤回（{reason}），不能再发布。")


def _of_text(version: PublicationVersion) -> Iterator[rules.Finding]:
    for field in ("title", "summary", "body"):
        text = str(getattr(version, field))
        yield from rules.personal_numbers(field, text)
        for complaint in hard_words(rules.as_text(text)):
            yield rules.Finding(field, complaint, keeps=False)
    yield from rules.faults_of_pictures(version.body, version.pictures)
    for one in version.pictures:
        yield from rules.personal_numbers("pictures", str(one.get("alt", "")))
    yield from _of_scans(version)


def _of_scans(version: PublicationVersion) -> Iterator[rules.Finding]:
    """Yield each picture the scanner has not found clean: it lies open to nobody before."""
    numbers = {one["id"]: number for number, one in enumerate(version.pictures, start=1)}
    for row in Picture.objects.filter(pk__in=numbers).select_related("file").only("pk", "file__scan").order_by("pk"):
        if row.file is not None and row.file.is_quarantined:
            yield rules.Finding("pictures", f"第 {numbers[row.pk]} 张图片没有通过安全检查，请删去，换一张。")
        elif row.file is not None and not row.file.may_be_opened:
            yield rules.Finding(
                "pictures", f"第 {numbers[row.pk]} 张图片正在做安全检查，通常几分钟内完成，请稍后送审。"
            )


def _of_lengths(publication: Publication, version: PublicationVersion, at: datetime) -> Iterator[rules.Finding]:
    for one in previews(publication, version, at=at):
        if one.is_too_long:
            yield from rules.length_found(one.channel, one.length, one.most, one.unit)
