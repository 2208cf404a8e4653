"""News: what everybody reads, what somebody subscribes to, and the publisher's desk behind it."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import File, Form, UploadedFile
from pydantic import StringConstraints

from onedoor.api.doors import anybody, caller, officer, person, who
from onedoor.api.rooms import Room
from onedoor.api.schemas import Day, Id, Line, Page, Text, Told, page, whole
from onedoor.platform.files.posted import require_room
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import clock
from onedoor.platform.publishing import deeds, operations, queries

room = Room("news")
KEEPS, WRITES = officer(operations.WRITE, operations.RELEASE), officer(operations.WRITE)


class SpanOut(Told):
    """几个字，有链接的带地址。Some words, with where they lead."""

    text: str
    href: str


class BlockOut(Told):
    """正文的一段：小标题、段落或列表。A heading, a paragraph or a list of a text."""

    kind: str
    lines: list[list[SpanOut]]


class NewsOut(Told):
    """一条已发布的信息。A published text, as a list shows it."""

    number: str
    title: str
    summary: str
    organ: str
    source: str
    topic: str
    division: str
    published_at: datetime
    valid_to: date | None


class NewsPictureOut(Told):
    """一张图片，在 /news/{number}/pictures/{id}.jpg。A picture; its file lies under the text's address by its id."""

    id: int
    number: int
    alt: str
    width: int
    height: int


class ArticleOut(NewsOut):
    """一条信息的全文；已撤回的只有原因。A text; of one that was recalled only the reason."""

    blocks: list[BlockOut]
    pictures: list[NewsPictureOut]
    is_over: bool
    recalled_at: datetime | None
    recall_reason: str


class SubscriptionIn(Told):
    """订阅一个地区的一个主题。Agree to be told of a topic at a place."""

    topic: Line
    division: Line


class SubscriptionOut(SubscriptionIn):
    """一个订阅。A subscription."""

    id: int
    agreed_at: datetime


class PublicationTextIn(Told):
    """信息的一版。What an officer has written."""

    title: Line
    summary: Line = ""
    body: Text = ""
    topic: Line
    audience: Line
    valid_from: Day
    valid_to: Day | None = None
    channels: list[Line] = []
    accounts: list[Id] = []
    everybody: bool = False


class PublicationChangeIn(PublicationTextIn):
    """信息的下一版，从哪一版改的。The next version, and from which version it was made."""

    version: int | None = None


class PublicationIn(PublicationTextIn):
    """一条新的信息，或者转载上级的。A new text, or one of an upper organ carried on."""

    carries: Line = ""


class PublicationRowOut(Told):
    """本地区的一条信息。A text within reach."""

    number: str
    title: str
    division: str
    state: str
    release_at: datetime | None


class PublicationPreviewOut(Told):
    """一个渠道上发出去的样子。Exactly what goes out over a channel."""

    channel: str
    text: str
    length: int
    most: int
    unit: str


class PublicationFindingOut(Told):
    """检查发现的一处。What a check has found."""

    field: str
    text: str
    keeps: bool


class PlacementOut(Told):
    """一个渠道上的状态。Where a text stands on a channel."""

    channel: str
    account: str
    state: str
    sent_at: datetime | None
    removed_at: datetime | None
    attempts: int
    reason: str


class PublicationStepOut(Told):
    """对信息做的一件事。An act on a text."""

    act: str
    version: int
    note: str
    at: datetime
    by: str


class PublicationOut(PublicationRowOut):
    """一条信息：各渠道的样子、检查结果、状态和过程。A text with its previews, findings, placements and steps."""

    version: int
    summary: str
    body: str
    topic: str
    audience: str
    valid_from: date
    valid_to: date | None
    channels: list[str]
    accounts: list[int]
    everybody: bool
    pictures: list[NewsPictureOut]
    carries: str
    recall_reason: str
    readers: int
    previews: list[PublicationPreviewOut]
    findings: list[PublicationFindingOut]
    placements: list[PlacementOut]
    steps: list[PublicationStepOut]
    possible: list[str]


class PublicationDeedIn(Told):
    """送审、退回、发布、紧急发布、事后审核或撤回。submit, send_back, release, release_urgent, review or recall."""

    deed: Line
    note: Line = ""
    release_at: datetime | None = None
    correct: bool = True
    version: int | None = None


class MediaAccountIn(Told):
    """登记一个公众号或微博账号。An account of WeChat or Weibo."""

    kind: Line
    name: Line
    app_id: Line
    secret: Annotated[str, StringConstraints(max_length=500)]


class MediaAccountOut(Told):
    """一个新媒体账号。An account an organ publishes by."""

    id: int
    kind: str
    name: str
    app_id: str
    division: str
    ended_at: datetime | None


class ReachRowOut(Told):
    """一个渠道的传播数字，渠道不提供的为空。How far a text has come on a channel; null where the channel does not tell."""

    channel: str
    sent: int | None
    delivered: int | None
    opened: int | None
    more: str


class ViewsOut(Told):
    """网站一天的浏览次数。How often the page was opened on a day."""

    day: date
    number: int


class ReachOut(Told):
    """传播数字。How many a text has reached."""

    rows: list[ReachRowOut]
    views: list[ViewsOut]


@room.read("/news", anybody(), "通知公告", Page[NewsOut])
def list_news(
    request: HttpRequest, division: Line = identity.NATION, topic: Line = "", audience: Line = "", before: Line = ""
) -> dict[str, Any]:
    """List what holds for a place today, the newest first; `audience` is one of the places above it, or itself."""
    chain = identity.chain(identity.division(division).code)
    found = queries.list_news(chain=chain, on=clock.today(), topic=topic, audience=audience, before=before)
    return page(found, size=queries.NEWS, cursor=lambda one: one.number, out=lambda one: one)


@room.read("/news/{number}", anybody(), "一条通知", ArticleOut)
def read_news(request: HttpRequest, number: Line) -> queries.Article:
    """Read a text; one that was recalled gives its reason alone."""
    return queries.read_news(number=number, on=clock.today())


@room.read("/me/subscriptions", person, "我的订阅", Page[SubscriptionOut])
def my_subscriptions(request: HttpRequest) -> dict[str, Any]:
    """List what one wants to be told of."""
    return whole(queries.my_subscriptions(actor=caller(request)), _subscription)


@room.write("/me/subscriptions", person, "订阅", SubscriptionOut)
def subscribe(request: HttpRequest, sent: SubscriptionIn) -> dict[str, Any]:
    """Agree to be told of a topic at a place."""
    return _subscription(operations.subscribe(topic=sent.topic, division=sent.division, **who(request)))


@room.remove("/me/subscriptions/{subscription_id}", person, "退订", Page[SubscriptionOut])
def unsubscribe(request: HttpRequest, subscription_id: Id) -> dict[str, Any]:
    """Take an agreement back; what is left is given."""
    operations.end_subscription(subscription_id=subscription_id, **who(request))
    return my_subscriptions(request)


@room.read("/publications", KEEPS, "信息发布", Page[PublicationRowOut])
def list_publications(request: HttpRequest, state: Line = "") -> dict[str, Any]:
    """List the texts within reach, the newest first."""
    return whole(queries.list_publications(actor=caller(request), state=state))


@room.write("/publications", WRITES, "起草信息", PublicationOut)
def write_publication(request: HttpRequest, sent: PublicationIn) -> dict[str, Any]:
    """Begin a text, or carry on one that an upper organ has released."""
    made = operations.write_publication(number="", text=_text(sent), carries=sent.carries, **who(request))
    return get_publication(request, made.publication.number)


@room.read("/publications/{number}", KEEPS, "一条信息", PublicationOut)
def get_publication(request: HttpRequest, number: Line) -> dict[str, Any]:
    """Read a text with exactly what goes out over each channel, and where it stands."""
    desk = queries.desk_of(number=number, actor=caller(request), at=clock.now())
    publication, version = desk.publication, desk.version
    names = (
        "title",
        "version",
        "summary",
        "body",
        "topic",
        "audience",
        "valid_from",
        "valid_to",
        "channels",
        "accounts",
    )
    return {
        **{name: getattr(version, name) for name in (*names, "everybody")},
        **{name: getattr(publication, name) for name in ("number", "division", "state", "release_at", "recall_reason")},
        "pictures": [asdict(one.picture) for one in desk.blocks if one.picture],
        "carries": publication.carries.number if publication.carries else "",
        "readers": desk.readers,
        "previews": [_named(one, "channel", "text", "length", "most", "unit") for one in desk.previews],
        "findings": [_named(one, "field", "text", "keeps") for one in desk.findings],
        "placements": [_placement(one) for one in desk.placements],
        "steps": [_named(one, "act", "version", "note", "at", "by") for one in desk.steps],
        "possible": queries.deeds_possible(publication, actor=caller(request)),
    }


@room.write("/publications/{number}/versions", WRITES, "修改信息", PublicationOut)
def change_publication(request: HttpRequest, number: Line, sent: PublicationChangeIn) -> dict[str, Any]:
    """Save a draft as its next version."""
    operations.write_publication(number=number, text=_text(sent), seen=sent.version, **who(request))
    return get_publication(request, number)


@room.write("/publications/{number}/pictures", WRITES, "给信息加图片", PublicationOut)
def add_picture(request: HttpRequest, number: Line, alt: Form[Line], file: File[UploadedFile]) -> dict[str, Any]:
    """Add a picture to a draft, with what is to be seen on it."""
    require_room(request)
    operations.add_picture(number=number, content=file, alt=alt, **who(request))
    return get_publication(request, number)


@room.remove("/publications/{number}/pictures/{picture_id}", WRITES, "删去图片", PublicationOut)
def remove_picture(request: HttpRequest, number: Line, picture_id: Id) -> dict[str, Any]:
    """Take a picture out of a draft."""
    operations.remove_picture(number=number, picture_id=picture_id, **who(request))
    return get_publication(request, number)


@room.write("/publications/{number}/deeds", KEEPS, "送审、发布或撤回信息", PublicationOut)
def act_on_publication(request: HttpRequest, number: Line, sent: PublicationDeedIn) -> dict[str, Any]:
    """Hand a text over, send it back, release it, urgently too, review it afterwards, or recall it."""
    said = deeds.Said(note=sent.note, release_at=sent.release_at, correct=sent.correct, seen=sent.version)
    deeds.do(sent.deed, number=number, said=said, **who(request))
    return get_publication(request, number)


@room.read("/publications/{number}/reach", KEEPS, "传播数字", ReachOut)
def read_reach(request: HttpRequest, number: Line) -> dict[str, Any]:
    """Count how many a text has reached on each channel."""
    found = queries.reach_of(number=number, actor=caller(request))
    return {"rows": found.rows, "views": [{"day": on, "number": times} for on, times in found.views]}


@room.read("/media-accounts", KEEPS, "新媒体账号", Page[MediaAccountOut])
def list_accounts(request: HttpRequest) -> dict[str, Any]:
    """List the accounts of the own organ and of lower ones."""
    return whole(queries.list_accounts(actor=caller(request)), _account)


@room.write("/media-accounts", officer(operations.ACCOUNTS), "登记新媒体账号", MediaAccountOut)
def open_account(request: HttpRequest, sent: MediaAccountIn) -> dict[str, Any]:
    """Enter an account of the own organ; its secret is never shown again."""
    return _account(operations.open_account(**sent.dict(), **who(request)))


@room.remove("/media-accounts/{account_id}", officer(operations.ACCOUNTS), "停用新媒体账号", Page[MediaAccountOut])
def close_account(request: HttpRequest, account_id: Id) -> dict[str, Any]:
    """Stop publishing by an account."""
    operations.close_account(account_id=account_id, **who(request))
    return list_accounts(request)


def _account(row: Any) -> dict[str, Any]:
    return _named(row, "kind", "name", "app_id", "division", "ended_at") | {"id": row.pk}


def _text(sent: PublicationTextIn) -> operations.Text:
    return operations.Text(**sent.dict(exclude={"carries", "version"}))


def _subscription(row: Any) -> dict[str, Any]:
    return {"id": row.pk, "topic": row.topic, "division": row.division, "agreed_at": row.agreed_at}


def _named(row: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _placement(row: Any) -> dict[str, Any]:
    told = _named(row, "channel", "state", "sent_at", "removed_at", "attempts", "reason")
    return told | {"account": row.account.name if row.account else ""}
