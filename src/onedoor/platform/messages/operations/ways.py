"""A person says how they want to be told, and proves the addresses behind it."""

import secrets
import unicodedata
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import spoken_codes
from onedoor.platform.kernel.actors import MATCHED, PROVED, Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.crypto.sealed import keyed_hash
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError
from onedoor.platform.kernel.languages import languages
from onedoor.platform.messages import providers, rules
from onedoor.platform.messages.models import BindingCode, EmailAddress, NoticeChoice, ReadingLanguage, WeChatAccount
from onedoor.platform.messages.operations.sending import CodeNotSent, plain_words
from onedoor.platform.messages.providers import Outcome, Outgoing

GOOD_FOR = timedelta(minutes=10)
BETWEEN = timedelta(minutes=1)
TRIES, PER_DAY = 5, 10
CODE_LENGTH = 8


class TooManyEmailCodes(OneDoorError):
    code, http_status, message = (
        "messages.too_many_email_codes",
        429,
        "验证码一分钟只能发一次，一天最多十次。请稍后再试，没收到的请看看垃圾邮件。",
    )


WRONG_CODE = "验证码不对，或者已经过期。请核对最近一封邮件；输错五次或者过了十分钟，请重新发送。"


class BindingCodeWrong(OneDoorError):
    code, http_status, message = (
        "messages.binding_code_wrong",
        422,
        "绑定码不对，或者已经过期。请在平台“我的→通知方式”重新取一个。",
    )


class AccountBound(OneDoorError):
    code, http_status, message = (
        "messages.account_bound",
        409,
        "这个微信已经绑定了账号。要换绑，请先发送“解绑”。",
    )


@transaction.atomic
def choose_ways(*, kind: str, ways: Sequence[str], actor: Actor, at: datetime) -> NoticeChoice:
    """
    Choose the ways besides the inbox for a kind of notice.

    :raises InvalidInput: an unknown way, or none at all for notices the law requires.
    """
    person_id = actor.require_person()
    actor.require_level(PROVED)
    known = rules.KIND.get(kind)
    if known is None:
        raise InvalidInput({"kind": "没有这种通知，请从列表里选择。"})
    if set(ways) - set(rules.CHOOSABLE):
        raise InvalidInput({kind: "没有这种通知方式，请从列表里选择。"})
    if known.basis and not ways:
        raise InvalidInput(
            {kind: f"“{known.title}”至少要留一种方式：{known.basis}不想收短信的，可以选邮件、微信或者书面告知。"}
        )
    kept = [way for way in rules.CHOOSABLE if way in ways]
    row, _ = NoticeChoice.objects.update_or_create(
        person_id=person_id, kind=kind, defaults={"ways": kept, "chosen_at": at}
    )
    audit.record("messages.choose_ways", actor=actor, at=at, target=f"person:{person_id}", kind=kind, ways=kept)
    return row


@transaction.atomic
def choose_language(*, language: str, actor: Actor, at: datetime) -> None:
    """
    Choose the language one is told in from now on; `zh` is Chinese.

    :raises InvalidInput: no language of this site.
    """
    person_id = actor.require_person()
    actor.require_level(PROVED)
    if language not in languages():
        raise InvalidInput({"language": "请从列出的选项中选择一项。"})
    ReadingLanguage.objects.update_or_create(person_id=person_id, defaults={"language": language, "chosen_at": at})
    audit.record("messages.choose_language", actor=actor, at=at, target=f"person:{person_id}", language=language)


@transaction.atomic
def ask_email_code(*, address: str, actor: Actor, at: datetime, wall: datetime) -> None:
    """
    Send a code to an address, to be typed in by who receives mail there. `wall` is the moment as the relay's clock has it.

    :raises InvalidInput: no e-mail address.
    :raises TooManyEmailCodes: one a minute, ten a day.
    :raises CodeNotSent: no relay takes it.
    """
    person_id = actor.require_person()
    actor.require_level(PROVED)
    address = unicodedata.normalize("NFKC", address).strip()
    try:
        validate_email(address)
    except ValidationError:
        raise InvalidInput({"address": "邮箱地址不完整，请核对，例如 name@example.com。"}) from None
    EmailAddress.objects.get_or_create(person_id=person_id)
    row = EmailAddress.objects.select_for_update().get(person_id=person_id)
    same_day = row.asked_at is not None and day_of(row.asked_at) == day_of(at)
    if row.asked_at is not None and (at - row.asked_at < BETWEEN or (same_day and row.sent_today >= PER_DAY)):
        raise TooManyEmailCodes
    code = f"{secrets.randbelow(1_000_000):06d}"
    row.asked, row.digest, row.tries = address, _digest(f"{person_id}:{code}"), 0
    row.asked_at, row.sent_today = at, row.sent_today + 1 if same_day else 1
    row.save()
    minutes = int(GOOD_FOR.total_seconds()) // 60
    text = plain_words("messages.email_code", "email", {"code": code, "minutes": minutes}, at=at)
    _send_mail(address, text, wall)
    audit.record("messages.ask_email_code", actor=actor, at=at, target=f"person:{person_id}")


def _send_mail(address: str, text: str, wall: datetime) -> None:
    """:raises CodeNotSent: no relay takes it."""
    outgoing = [Outgoing(identifier=uuid.uuid4().hex, to=address, text=text)]
    if not any(next(one.send(outgoing, wall)).outcome == Outcome.TAKEN for one in providers.by_channel("email")):
        raise CodeNotSent


@transaction.atomic
def verify_email(*, code: str, actor: Actor, at: datetime) -> bool:
    """
    Take the asked address into use with the code that went there, and tell whether it was the right one.

    A wrong try is no refusal: nothing may take back that it counted. After five, or ten minutes, a new code is needed.
    """
    person_id = actor.require_person()
    actor.require_level(PROVED)
    row = EmailAddress.objects.select_for_update().filter(person_id=person_id).exclude(digest="").first()
    if row is None or row.tries >= TRIES or row.asked_at is None or row.asked_at + GOOD_FOR <= at:
        return False
    row.tries += 1
    typed = unicodedata.normalize("NFKC", code).strip()
    good = secrets.compare_digest(row.digest, _digest(f"{person_id}:{typed}"))
    if good:
        row.address, row.verified_at, row.asked, row.digest = str(row.asked), at, "", ""
    row.save()
    audit.record("messages.verify_email", actor=actor, at=at, target=f"person:{person_id}", verified=good)
    return good


@transaction.atomic
def drop_email(*, actor: Actor, at: datetime) -> None:
    """Give up one's e-mail address; nothing goes there any more."""
    person_id = actor.require_person()
    actor.require_level(MATCHED)
    EmailAddress.objects.filter(person_id=person_id).update(address="", verified_at=None, asked="", digest="")
    audit.record("messages.drop_email", actor=actor, at=at, target=f"person:{person_id}")


@transaction.atomic
def make_binding_code(*, actor: Actor, at: datetime) -> str:
    """Make a code that binds the WeChat account it is sent from, once within ten minutes; an earlier one ends."""
    person_id = actor.require_person()
    actor.require_level(PROVED)
    BindingCode.objects.filter(person_id=person_id, used_at=None, expires_at__gt=at).update(expires_at=at)
    code = spoken_codes.letters(CODE_LENGTH - 1) + secrets.choice(
        "23456789"
    )  # by its digit it is told from a word somebody writes
    BindingCode.objects.create(person_id=person_id, digest=_digest(code), made_at=at, expires_at=at + GOOD_FOR)
    audit.record("messages.make_binding_code", actor=actor, at=at, target=f"person:{person_id}")
    return code


@transaction.atomic
def bind_wechat(*, open_id: str, code: str, actor: Actor, at: datetime) -> None:
    """
    Bind a WeChat account to the person who was shown the code; one bound before gives way.

    :raises AccountBound: this WeChat account is bound already.
    :raises BindingCodeWrong: wrong, used, or too old.
    """
    actor.require("messages.send", division=identity.NATION)
    if WeChatAccount.objects.filter(**WeChatAccount.by_open_id.at(open_id), ended_at=None).exists():
        raise AccountBound
    digest = _digest(code.strip().upper())
    row = BindingCode.objects.select_for_update().filter(digest=digest, used_at=None, expires_at__gt=at).first()
    if row is None:
        raise BindingCodeWrong
    row.used_at = at
    row.save(update_fields=["used_at"])
    WeChatAccount.objects.filter(person_id=row.person_id, ended_at=None).update(ended_at=at)
    WeChatAccount.objects.create(
        person_id=row.person_id, open_id=open_id, bound_at=at, **WeChatAccount.by_open_id.values(open_id)
    )
    audit.record("messages.bind_wechat", actor=actor, at=at, target=f"person:{row.person_id}")


@transaction.atomic
def unbind_wechat(*, person_id: int, actor: Actor, at: datetime) -> bool:
    """
    End the binding of a person's WeChat account, on their word from the page or from WeChat itself; tell whether there was one.

    :raises NotAllowed: somebody else's.
    """
    actor.require_level(MATCHED)
    if actor.person_id != person_id:
        actor.require("messages.send", division=identity.NATION)
    ended = WeChatAccount.objects.filter(person_id=person_id, ended_at=None).update(ended_at=at)
    audit.record("messages.unbind_wechat", actor=actor, at=at, target=f"person:{person_id}")
    return bool(ended)


def _digest(text: str) -> str:
    return keyed_hash(text, purpose="messages.code")
