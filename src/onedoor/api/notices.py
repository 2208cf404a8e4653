"""How people are told: their ways, the words, what waits for an officer, how the providers do."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from onedoor.api.doors import caller, officer, person, who
from onedoor.api.public import Done
from onedoor.api.rooms import Room
from onedoor.api.schemas import Day, Id, Line, Page, Text, Told, whole
from onedoor.platform.cases import queries as cases
from onedoor.platform.kernel import clock
from onedoor.platform.messages import deeds, operations, queries

room = Room("notices")
WORDS, WRITES = officer(queries.EDIT, queries.REVIEW), officer(queries.EDIT)
REACHES = officer(queries.REACH)
FILES = officer("cases.view", "supervision.view")


class KindOut(Told):
    """一种通知和为它选的方式。A kind of notice and the ways chosen for it."""

    kind: str
    title: str
    basis: str
    ways: list[str]


class PushDeviceOut(Told):
    """打开了推送的设备。A device with push switched on."""

    id: int
    label: str
    added_at: datetime


class PushDeviceIn(Told):
    """浏览器给的推送订阅（PushSubscription）。What the browser gave (PushSubscription)."""

    endpoint: Text
    p256dh: Line
    auth: Line
    label: Line = ""


class WaysOut(Told):
    """通知方式和背后的地址。How one is told, and by which addresses."""

    kinds: list[KindOut]
    phone: str
    email: str
    email_asked: str
    wechat_since: datetime | None
    devices: list[PushDeviceOut]
    push_key: str
    language: str


class WaysIn(Told):
    """站内消息以外的方式。The ways besides the inbox."""

    ways: list[Line]


class LanguageIn(Told):
    """通知用的语言。The language one is told in."""

    language: Line


class AddressIn(Told):
    """要验证的邮箱。The address to be proved."""

    address: Line


class CodeIn(Told):
    """邮件里的验证码。The code from the mail."""

    code: Line


class EmailVerifiedOut(Told):
    """验证是否成功。Whether the address is proved."""

    verified: bool


class BindingCodeOut(Told):
    """发给公众号的绑定码。The code to be sent to the official account."""

    code: str


class SendingOut(Told):
    """一个渠道上走到哪一步。How far it has come over one channel."""

    channel: str
    standing: str
    at: datetime
    reason: str


class NoticeOfCaseOut(Told):
    """办件的一条告知和送达情况。A notice of a case and how far it has come."""

    text: str
    recipient: str
    created_at: datetime
    version: str
    read_at: datetime | None
    sendings: list[SendingOut]


class TemplateVersionOut(Told):
    """一个版本的文字。A version of the words."""

    id: int
    template: str
    channel: str
    number: int | None
    text: str
    preview: str
    sensitive: list[str]
    reason: str
    valid_from: date
    valid_to: date | None
    state: str
    recorded_by: str
    recorded_at: datetime
    opinion: str
    settled_by: str
    settled_at: datetime | None


class TemplateOut(Told):
    """一个消息模板。A template."""

    template: str
    title: str
    kind: str
    required: bool
    urgent: bool
    variables: dict[str, str]
    personal: list[str]


class TemplateWholeOut(TemplateOut):
    """模板和它的各个版本。A template with all its versions."""

    versions: list[TemplateVersionOut]


class TemplateIn(Told):
    """提出的文字。Proposed words."""

    channel: Line
    text: Text
    valid_from: Day
    valid_to: Day | None = None
    reason: Line


class SettleTemplateIn(Told):
    """审核通过、退回或撤回。Approve, send_back or withdraw."""

    deed: Line
    opinion: Text = ""


class OutreachOut(Told):
    """要由工作人员告知的人。Somebody a person has to tell."""

    id: int
    name: str
    division: str
    reason: str
    opened_at: datetime
    closed_at: datetime | None


class OutreachNoteOut(Told):
    """一次告知的结果。What came of one attempt to tell."""

    way: str
    reached: bool
    note: str
    recorded_at: datetime
    recorded_by: str


class OutreachWholeOut(OutreachOut):
    """要告知什么、怎样找到本人、试过什么。What is to be told, where the person is found, what was tried."""

    phone: str
    address: str
    texts: list[str]
    notes: list[OutreachNoteOut]


class OutreachNoteIn(Told):
    """登记一次告知。Note an attempt to tell."""

    way: Line
    reached: bool
    note: Line = ""


class ProviderOut(Told):
    """一家服务商最近一天的情况。How a provider has done in the last day."""

    code: str
    title: str
    channel: str
    state: str
    retry_at: datetime | None
    sent: int
    delivered: int
    failed: int


# Oneself


@room.read("/me/notice-ways", person, "我的通知方式", WaysOut)
def my_ways(request: HttpRequest) -> dict[str, Any]:
    """Read how one is told, by kind of notice, and by which addresses."""
    found = queries.own_ways(actor=caller(request))
    kinds = [
        {"kind": one.kind.code, "title": one.kind.title, "basis": one.kind.basis, "ways": list(one.chosen)}
        for one in found.kinds
    ]
    names = ("phone", "email", "email_asked", "wechat_since", "push_key", "language")
    devices = [_device(one) for one in found.devices]
    return {"kinds": kinds, "devices": devices} | {name: getattr(found, name) for name in names}


@room.replace("/me/notice-ways/{kind}", person, "选择通知方式", WaysOut)
def choose_ways(request: HttpRequest, kind: Line, sent: WaysIn) -> dict[str, Any]:
    """Choose the ways besides the inbox for a kind; what the law requires keeps at least one."""
    operations.choose_ways(kind=kind, ways=sent.ways, **who(request))
    return my_ways(request)


@room.replace("/me/notice-language", person, "选择通知语言", WaysOut)
def choose_language(request: HttpRequest, sent: LanguageIn) -> dict[str, Any]:
    """Choose the language one is told in: a folder of the site's languages, `zh` for Chinese; documents stay in Chinese."""
    operations.choose_language(language=sent.language, **who(request))
    return my_ways(request)


@room.write("/me/email-codes", person, "给邮箱发验证码", Done)
def ask_email_code(request: HttpRequest, sent: AddressIn) -> dict[str, Any]:
    """Send a code to an address, to prove that one receives mail there."""
    operations.ask_email_code(address=sent.address, wall=clock.wall(), **who(request))
    return {"done": True}


@room.write("/me/email-verifications", person, "验证邮箱", EmailVerifiedOut)
def verify_email(request: HttpRequest, sent: CodeIn) -> dict[str, Any]:
    """Take the address into use with the code that went there; five wrong tries end it."""
    return {"verified": operations.verify_email(code=sent.code, **who(request))}


@room.remove("/me/email", person, "不再用这个邮箱", Done)
def drop_email(request: HttpRequest) -> dict[str, Any]:
    """Give up one's e-mail address."""
    operations.drop_email(**who(request))
    return {"done": True}


@room.write("/me/push-devices", person, "打开推送", PushDeviceOut)
def add_push_device(request: HttpRequest, sent: PushDeviceIn) -> dict[str, Any]:
    """Switch push on in a browser, with the key of `push_key` as its applicationServerKey."""
    return _device(operations.add_push_device(**sent.dict(), **who(request)))


@room.remove("/me/push-devices/{device_id}", person, "关闭推送", Done)
def drop_push_device(request: HttpRequest, device_id: Id) -> dict[str, Any]:
    """Switch push off for a device."""
    operations.drop_push_device(device_id=device_id, **who(request))
    return {"done": True}


def _device(row: Any) -> dict[str, Any]:
    return {"id": row.pk, "label": row.label, "added_at": row.added_at}


@room.write("/me/wechat-codes", person, "取微信绑定码", BindingCodeOut)
def make_binding_code(request: HttpRequest) -> dict[str, Any]:
    """Make a code that binds the WeChat account it is sent from, once within ten minutes."""
    return {"code": operations.make_binding_code(**who(request))}


@room.remove("/me/wechat", person, "解除微信绑定", Done)
def unbind_wechat(request: HttpRequest) -> dict[str, Any]:
    """End the binding of one's WeChat account."""
    operations.unbind_wechat(person_id=caller(request).require_person(), **who(request))
    return {"done": True}


@room.read("/me/messages/{uuid:message_id}/sendings", person, "一条消息走到哪一步", Page[SendingOut])
def message_sendings(request: HttpRequest, message_id: UUID) -> dict[str, Any]:
    """List how far a message of the inbox has come over the other channels."""
    actor = caller(request)
    own = queries.get_inbox_message(message_id=message_id, actor=actor)
    return whole(queries.sendings_of([own], actor=actor).get(own.source, []))


# At the desk


@room.read("/cases/{number}/told", FILES, "办件的告知情况", Page[NoticeOfCaseOut])
def told_of_case(request: HttpRequest, number: Line) -> dict[str, Any]:
    """List what was told about a case, to whom, in which version, how far it has come, and whether it was read."""
    found = cases.get_visible_case(number=number, on=clock.today(), **who(request))
    return whole(queries.notices_of_case(case_number=found.number, actor=caller(request)))


@room.read("/message-templates", WORDS, "消息模板", Page[TemplateOut])
def list_templates(request: HttpRequest) -> dict[str, Any]:
    """List every template of the site."""
    return whole(queries.list_templates(on=clock.today(), **who(request)), _template)


@room.read("/message-templates/{code}", WORDS, "一个消息模板", TemplateWholeOut)
def get_template(request: HttpRequest, code: Line) -> dict[str, Any]:
    """Read a template with its variables and every version."""
    row, samples = queries.read_template(template=code, on=clock.today(), **who(request))
    return _template(row) | {"versions": [_version(one) for one in samples]}


@room.write("/message-templates/{code}/versions", WRITES, "提出新的文字", TemplateVersionOut)
def propose_template(request: HttpRequest, code: Line, sent: TemplateIn) -> dict[str, Any]:
    """Propose words for a channel from a day on; another person has to approve them."""
    made = operations.propose_template(template=code, **sent.dict(), **who(request))
    return get_version(request, made.pk)


@room.read("/template-versions/{version_id}", WORDS, "一个版本的文字", TemplateVersionOut)
def get_version(request: HttpRequest, version_id: Id) -> dict[str, Any]:
    """Read a version as somebody would read it."""
    return _version(queries.read_version(version_id=version_id, actor=caller(request))[1])


@room.write("/template-versions/{version_id}/deeds", WORDS, "审核或撤回文字", TemplateVersionOut)
def settle_template(request: HttpRequest, version_id: Id, sent: SettleTemplateIn) -> dict[str, Any]:
    """Approve proposed words or send them back, as another person; or withdraw one's own."""
    deeds.settle(sent.deed, version_id=version_id, opinion=sent.opinion, **who(request))
    return get_version(request, version_id)


def _template(row: Any) -> dict[str, Any]:
    one = row.template
    names = ("title", "required", "urgent", "variables")
    return {"template": one.code, "kind": one.kind, "personal": sorted(one.personal)} | {
        name: getattr(one, name) for name in names
    }


def _version(sample: Any) -> dict[str, Any]:
    row = sample.version
    own = {"id": row.pk, "template": row.code, "preview": sample.preview, "sensitive": list(sample.sensitive)}
    return {name: getattr(row, name) for name in TemplateVersionOut.model_fields if hasattr(row, name)} | own


@room.read("/outreach", REACHES, "待通知", Page[OutreachOut])
def list_outreach(request: HttpRequest) -> dict[str, Any]:
    """List who within reach still has to be told by a letter, a call or a visit."""
    return whole(queries.list_outreach(actor=caller(request)), _outreach)


@room.read("/outreach/{outreach_id}", REACHES, "一个待通知的人", OutreachWholeOut)
def get_outreach(request: HttpRequest, outreach_id: Id) -> dict[str, Any]:
    """Read what somebody is to be told and where they are found; the look is recorded."""
    found = queries.read_outreach(outreach_id=outreach_id, **who(request))
    texts = [str(message.text) for message in found.messages]
    return _outreach(found.row) | {
        "phone": found.phone,
        "address": found.address,
        "texts": texts,
        "notes": list(found.notes),
    }


@room.write("/outreach/{outreach_id}/notes", REACHES, "登记告知结果", OutreachOut)
def note_outreach(request: HttpRequest, outreach_id: Id, sent: OutreachNoteIn) -> dict[str, Any]:
    """Note that somebody was written to, called or visited, and whether they were reached."""
    return _outreach(operations.note_outreach(outreach_id=outreach_id, **sent.dict(), **who(request)))


def _outreach(row: Any) -> dict[str, Any]:
    names = ("division", "reason", "opened_at", "closed_at")
    return {"id": row.pk, "name": row.person.name} | {name: getattr(row, name) for name in names}


@room.read("/message-providers", WORDS, "发送情况", Page[ProviderOut])
def list_providers(request: HttpRequest) -> dict[str, Any]:
    """List how each provider has done in the last day."""
    since = clock.now() - timedelta(days=1)
    return whole(queries.provider_figures(actor=caller(request), since=since))
