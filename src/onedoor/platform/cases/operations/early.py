"""先填着，不用登录: fill a form in before logging in, come back by code and phone, and take it along once one has logged in."""

import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases import applications
from onedoor.platform.cases.forms.validation import CleanedSection
from onedoor.platform.cases.models import EarlyDraft
from onedoor.platform.catalog import pinning
from onedoor.platform.catalog.items import ServiceItem
from onedoor.platform.catalog.models import ItemVersion
from onedoor.platform.files.granting import drop_grants
from onedoor.platform.identity import logins
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import replays
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.crypto import keyed_hash
from onedoor.platform.kernel.errors import NotFound, OneDoorError, StaleVersion
from onedoor.platform.kernel.spoken_codes import new_code
from onedoor.platform.messages import operations as messages
from onedoor.platform.messages.gateway import GatewayUnavailable

MOST_A_PHONE = 5
PASS_FOR = timedelta(hours=1)  # after the last save; then the code is asked for again
LENGTH = 12  # 60 bits
MINUTES = 5  # for which a one-time code is good


class EarlyDraftClosed(OneDoorError):
    code, http_status, message = (
        "cases.early_draft_closed",
        403,
        "这份先填的草稿没有打开，或者打开得太久了。请用草稿码和手机号重新打开。",
    )


class NotBeforeLogin(OneDoorError):
    code, http_status, message = "cases.not_before_login", 409, "这个事项要先登录才能填写，请登录后开始申请。"


class TooManyEarlyDrafts(OneDoorError):
    code, http_status, message = (
        "cases.too_many_early_drafts",
        409,
        f"这个手机号已经有 {MOST_A_PHONE} 份先填的草稿。请先用草稿码打开其中一份，填完或删去，也可以登录后再填。",
    )


class CodeNotSent(OneDoorError):
    code, http_status, message = (
        "cases.early_code_not_sent",
        503,
        "短信暂时发不出去，请一分钟后再试；也可以用密码登录后填写，或到窗口办理。",
    )


@dataclass(frozen=True)
class Opened:
    """An early draft with what opens it, told once: the pass for this device, the code for the next one ("": as it was)."""

    draft: EarlyDraft
    key: str
    code: str = ""


def require_early(item: ServiceItem) -> None:
    """:raises NotBeforeLogin: the item's form cannot be filled in before logging in."""
    if not item.begins_early:
        raise NotBeforeLogin


def send_early_code(*, phone: str, at: datetime, wall: datetime) -> None:
    """
    Send a one-time code to a phone, account or not. `wall` is the moment as the gateway's clock has it.

    :raises TooManyCodes: one a minute, ten a day.
    :raises CodeNotSent: the gateway does not answer.
    """
    code = logins.issue_phone_code(phone=phone, at=at)
    try:
        messages.send_code(phone=phone, code=code, minutes=MINUTES, at=wall)
    except GatewayUnavailable:
        raise CodeNotSent from None


def begin_early_draft(
    *, item_code: str, division: str, phone: str, one_time_code: str, actor: Actor, at: datetime
) -> Opened:
    """
    Begin a form without an account, for whoever holds the phone; `division` (12 digits) is the place chosen.

    It stands in no transaction of its own: a wrong code has to stay counted.

    :raises ItemNotFound, ItemSuspended, NotBeforeLogin: why it cannot begin; asked before the code is used up.
    :raises CodeWrong, TooManyEarlyDrafts: as their names say.
    """
    version = pinning.version_for_new_case(code=item_code, chain=identity.chain(division), on=day_of(at))
    require_early(version.item)
    logins.use_phone_code(phone=phone, code=one_time_code, at=at)
    with transaction.atomic():
        opened = _begin(version, division, phone, at)
        audit.record("cases.begin_early_draft", actor=actor, at=at, target=opened.draft.target, division=division)
    return opened


def _begin(version: ItemVersion, division: str, phone: str, at: datetime) -> Opened:
    """:raises TooManyEarlyDrafts: the phone has as many as it may have."""
    if EarlyDraft.objects.filter(**EarlyDraft.by_phone.at(phone), expires_at__gt=at).count() >= MOST_A_PHONE:
        raise TooManyEarlyDrafts
    code, key = new_code(LENGTH), secrets.token_urlsafe(24)
    draft = EarlyDraft.objects.create(
        item_version=version,
        division=division,
        phone=phone,
        **EarlyDraft.by_phone.values(phone),
        code_digest=_digest_of_code(code),
        pass_digest=_digest_of_key(key),
        pass_until=at + PASS_FOR,
        created_at=at,
        saved_at=at,
        expires_at=kept_until(at),
    )
    return Opened(draft, key, code)


@transaction.atomic
def begin_for_caller(*, item_code: str, division: str, phone: str, actor: Actor, at: datetime) -> Opened:
    """
    Begin a form for somebody on the telephone: the officer fills in what is said, the caller opens it by code and phone.

    No one-time code is asked for here, because nobody should read one to an officer; whoever opens the draft needs it.

    :raises ItemNotFound, ItemSuspended, NotBeforeLogin, TooManyEarlyDrafts: as their names say.
    """
    actor.require("cases.hand_over", division=division)
    version = pinning.version_for_new_case(code=item_code, chain=identity.chain(division), on=day_of(at))
    require_early(version.item)
    opened = _begin(version, division, phone, at)
    audit.record("cases.begin_for_caller", actor=actor, at=at, target=opened.draft.target, division=division)
    return opened


def open_early_draft(*, code: str, phone: str, one_time_code: str, actor: Actor, at: datetime) -> Opened:
    """
    Open an early draft on this device; the pass of the device before ends.

    It stands in no transaction of its own: a wrong code has to stay counted.

    :raises CodeWrong: the one-time code is wrong, or nothing of this phone has this draft code; it does not tell which.
    """
    index = EarlyDraft.by_phone.at(phone)
    found = EarlyDraft.objects.filter(**index, code_digest=_digest_of_code(code), expires_at__gt=at).first()
    # A mistyped draft code counts as a try and leaves the one-time code good for the next.
    logins.use_phone_code(phone=phone, code=one_time_code if found is not None else "", at=at)
    if found is None:  # the empty code above is never right
        raise logins.CodeWrong
    with transaction.atomic():
        draft = EarlyDraft.objects.select_for_update(of=("self",)).filter(pk=found.pk).first()
        if draft is None:
            raise EarlyDraftClosed
        key = secrets.token_urlsafe(24)
        draft.pass_digest, draft.pass_until = _digest_of_key(key), at + PASS_FOR
        draft.save(update_fields=["pass_digest", "pass_until"])
        audit.record("cases.open_early_draft", actor=actor, at=at, target=draft.target, division=draft.division)
    return Opened(draft, key)


@transaction.atomic
def renew_early_code(*, key: str, actor: Actor, at: datetime) -> str:
    """
    Give an opened draft another code, for whoever has not noted the first, and return it; the one before opens nothing.

    :raises EarlyDraftClosed: the pass opens nothing.
    """
    draft = lock_opened(key, at)
    code = new_code(LENGTH)
    draft.code_digest = _digest_of_code(code)
    draft.save(update_fields=["code_digest"])
    audit.record("cases.renew_early_code", actor=actor, at=at, target=draft.target, division=draft.division)
    return code


@transaction.atomic
def save_early_section(
    *, key: str, revision: int, section: str, cleaned: CleanedSection, actor: Actor, at: datetime
) -> EarlyDraft:
    """
    Save one section as `save_section` does for a person's draft.

    :raises EarlyDraftClosed: the pass opens nothing, or the form has no such section.
    :raises StaleVersion: somebody else has saved meanwhile.
    """
    draft = lock_opened(key, at)
    if draft.revision != revision:
        raise StaleVersion
    definition = draft.item_version.item.form.section(section)
    if definition is None:
        raise NotFound
    draft.answers, draft.typed = applications.with_section(draft, definition, cleaned)
    draft.revision += 1
    draft.save(update_fields=["answers", "typed", "revision"])
    prolong(draft, at)
    replays.tie_to(draft.target)  # a screen with faults is answered with all that was typed
    audit.record(
        "cases.save_early_section",
        actor=actor,
        at=at,
        target=draft.target,
        division=draft.division,
        section=section,
    )
    return draft


@transaction.atomic
def discard_early_draft(*, key: str, actor: Actor, at: datetime) -> None:
    """
    Throw an opened draft away with everything in it.

    :raises EarlyDraftClosed: the pass opens nothing.
    """
    draft = lock_opened(key, at)
    audit.record("cases.discard_early_draft", actor=actor, at=at, target=draft.target, division=draft.division)
    let_go(draft, at=at)


def prolong(draft: EarlyDraft, at: datetime) -> None:
    """Keep an early draft and its pass on from something that was saved."""
    draft.saved_at, draft.warned = at, False
    draft.expires_at, draft.pass_until = kept_until(at), at + PASS_FOR
    draft.save(update_fields=["saved_at", "warned", "expires_at", "pass_until"])


def let_go(draft: EarlyDraft, *, at: datetime) -> None:
    """Delete an early draft with its papers, and with it the answers to its writes, which show what was typed."""
    replays.forget_about(draft.target)
    draft.papers.all().delete()
    drop_grants(target=draft.target, at=at)
    draft.delete()


def kept_until(at: datetime) -> datetime:
    """Return until when an early draft saved now is kept."""
    return at + timedelta(days=settings.ONEDOOR_EARLY_DRAFT_DAYS)


def opened_by(key: str, *, at: datetime) -> QuerySet[EarlyDraft]:
    """Return the draft a pass opens at a moment; nothing is found by an empty one."""
    digest = _digest_of_key(key) or "-"
    return EarlyDraft.objects.filter(pass_digest=digest, pass_until__gt=at, expires_at__gt=at)


def lock_opened(key: str, at: datetime) -> EarlyDraft:
    """:raises EarlyDraftClosed: the pass opens nothing, or no longer."""
    draft = opened_by(key, at=at).select_for_update(of=("self",)).first()
    if draft is None:
        raise EarlyDraftClosed
    return draft


def _digest_of_code(typed: str) -> str:
    """Return under what a code is kept, however it was typed: in small letters, full width, without the dashes."""
    plain = "".join(one for one in unicodedata.normalize("NFKC", typed).upper() if one.isalnum())
    return keyed_hash(plain, purpose="cases.early_draft.code")


def _digest_of_key(key: str) -> str:
    return keyed_hash(key, purpose="cases.early_draft.pass")
