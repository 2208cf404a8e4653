"""What is sent about notices: ways and addresses of a person, words and their review, what came of telling somebody."""

from dataclasses import replace
from typing import Any

from django.conf import settings
from tests.platform.kernel.test_web_push import AUTH, UA_PUBLIC
from tests.platform.library import MACHINE
from tests.platform.replays.machines import API
from tests.platform.replays.stage import AT, Sent, Stage, posts, sends

from onedoor.platform.identity.models import Login
from onedoor.platform.messages import operations, providers
from onedoor.platform.messages.models import EmailAddress, Outreach, TemplateVersion
from onedoor.platform.messages.operations.ways import _digest
from onedoor.platform.messages.providers import Answer, Outcome, Provider

ACCEPTED = "cases.accept"
TODAY = AT.date().isoformat()
PROPOSAL = {"channel": "inbox", "text": "“{item}”已受理，{promised} 前办结。{later}", "valid_from": TODAY}
CODE = "123456"


def relay(stage: Stage) -> None:
    """Let a mail relay take everything."""

    def send(outgoing: Any, at: Any) -> Any:
        return iter([Answer(Outcome.TAKEN) for _ in outgoing])

    stage.patch.setattr(providers, "providers", lambda: [Provider("mail-1", "email", "邮件一", send)])


@sends("notice_ways")
def notice_ways(stage: Stage) -> Sent:
    fields = {"deed": "choose", "ways-case": ["person"], "ways-account": ["sms"], "ways-family": []}
    return Sent("reader", "/me/notice-ways/", fields)


def proposed(stage: Stage) -> TemplateVersion:
    actor = replace(stage.books.officer("item_manager"), login_id=Login.objects.get(username="item_manager").pk)
    return operations.propose_template(
        template=ACCEPTED,
        channel="inbox",
        text=PROPOSAL["text"],
        valid_from=AT.date(),
        valid_to=None,
        reason="原来的说法太长",
        actor=actor,
        at=AT,
    )


def waiting(stage: Stage) -> Outreach:
    """Return a row of somebody without a phone."""
    stage.books.reader.phone = ""
    stage.books.reader.save()
    operations.send_message(
        recipient_id=stage.books.reader.pk,
        event=ACCEPTED,
        values={"item": "借书证", "promised": "2026-09-15", "later": ""},
        link="/",
        case_number="",
        source="action:1",
        actor=MACHINE,
        at=AT,
    )
    return Outreach.objects.get()


@sends("template")
def template(stage: Stage) -> Sent:
    return Sent("item_manager", f"/staff/templates/{ACCEPTED}/", {**PROPOSAL, "reason": "原来的说法太长"})


@sends("template_version")
def template_version(stage: Stage) -> Sent:
    return Sent("legal_reviewer", f"/staff/template-versions/{proposed(stage).pk}/", {"deed": "approve"})


@sends("outreach")
def outreach(stage: Stage) -> Sent:
    fields = {"way": "letter", "reached": "yes", "note": "挂号信"}
    return Sent("clerk", f"/staff/outreach/{waiting(stage).pk}/", fields)


@posts(f"{API}/me/notice-ways/{{kind}}", "put")
def choose_ways(stage: Stage) -> Sent:
    return Sent("reader", f"{API}/me/notice-ways/case", {"ways": ["person"]})


@posts(f"{API}/me/notice-language", "put")
def choose_language(stage: Stage) -> Sent:
    return Sent("reader", f"{API}/me/notice-language", {"language": "en"})


@posts(f"{API}/me/email-codes")
def ask_email_code(stage: Stage) -> Sent:
    relay(stage)
    return Sent("reader", f"{API}/me/email-codes", {"address": "reader@example.com"})


@posts(f"{API}/me/email-verifications")
def verify_email(stage: Stage) -> Sent:
    person = stage.books.reader.pk
    EmailAddress.objects.create(
        person_id=person, asked="reader@example.com", digest=_digest(f"{person}:{CODE}"), asked_at=AT
    )
    return Sent("reader", f"{API}/me/email-verifications", {"code": CODE})


@posts(f"{API}/me/email", "delete")
def drop_email(stage: Stage) -> Sent:
    EmailAddress.objects.create(person_id=stage.books.reader.pk, address="reader@example.com", verified_at=AT)
    return Sent("reader", f"{API}/me/email", {})


@posts(f"{API}/me/push-devices")
def add_push_device(stage: Stage) -> Sent:
    stage.books.draft(AT)
    return Sent("reader", f"{API}/me/push-devices", device(stage))


@posts(f"{API}/me/push-devices/{{device_id}}", "delete")
def drop_push_device(stage: Stage) -> Sent:
    stage.books.draft(AT)
    made = operations.add_push_device(**device(stage), actor=stage.books.citizen(), at=AT)
    return Sent("reader", f"{API}/me/push-devices/{made.pk}", {})


def device(stage: Stage) -> dict[str, str]:
    stage.patch.setattr(settings, "ONEDOOR_PUSH_SERVICES", ["https://push.example"])
    return {"endpoint": "https://push.example/1", "p256dh": UA_PUBLIC, "auth": AUTH, "label": "手机"}


@posts(f"{API}/me/wechat-codes")
def make_binding_code(stage: Stage) -> Sent:
    return Sent("reader", f"{API}/me/wechat-codes", {})


@posts(f"{API}/me/wechat", "delete")
def unbind_wechat(stage: Stage) -> Sent:
    code = operations.make_binding_code(actor=stage.books.citizen(), at=AT)
    operations.bind_wechat(open_id="o-reader", code=code, actor=MACHINE, at=AT)
    return Sent("reader", f"{API}/me/wechat", {})


@posts(f"{API}/message-templates/{{code}}/versions")
def propose(stage: Stage) -> Sent:
    fields = {**PROPOSAL, "reason": "原来的说法太长"}
    return Sent("item_manager", f"{API}/message-templates/{ACCEPTED}/versions", fields)


@posts(f"{API}/template-versions/{{version_id}}/deeds")
def settle(stage: Stage) -> Sent:
    fields = {"deed": "send_back", "opinion": "说法不准确，请核对"}
    return Sent("legal_reviewer", f"{API}/template-versions/{proposed(stage).pk}/deeds", fields)


@posts(f"{API}/outreach/{{outreach_id}}/notes")
def note(stage: Stage) -> Sent:
    fields = {"way": "call", "reached": False, "note": "电话无人接听"}
    return Sent("clerk", f"{API}/outreach/{waiting(stage).pk}/notes", fields)
