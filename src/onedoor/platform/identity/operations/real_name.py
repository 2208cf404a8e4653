"""Prove who one is without a face (R-ID-1): by a bank card and the phone of the account, asked in the background."""

from datetime import datetime, timedelta

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.identity.models import BankCheck, Login, Person
from onedoor.platform.identity.queries import NATION, assurance_of
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.actors import MATCHED, PROVED, Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError
from onedoor.platform.kernel.parameters import figure
from onedoor.standards.contacts import parse_bank_card
from onedoor.standards.periods import age_on

CHECKS_A_DAY = "identity.bank_checks_a_day"
FROM_AGE = 14  # Personal Information Protection Law art. 31: below, a guardian consents
BY_BANK = "银行卡四要素和短信验证码"


class GuardianForChild(OneDoorError):
    code, http_status, message = (
        "identity.guardian_for_child",
        403,
        "未满 14 周岁的，核验身份须监护人同意。请监护人用自己的账号替孩子办理，或带孩子和户口簿到窗口核验。",
    )


class TooManyBankChecks(OneDoorError):
    code, http_status, message = (
        "identity.too_many_bank_checks",
        429,
        "今天已核验 {most} 次，请明天再试；也可以换一种办法，填好的申请都会保留。",
    )


class BankCheckWaiting(OneDoorError):
    code, http_status, message = (
        "identity.bank_check_waiting",
        409,
        "上一次核验还没有结果，请稍等片刻刷新页面；也可以换一种办法，填好的申请都会保留。",
    )


@transaction.atomic
def ask_bank_check(*, card: str, actor: Actor, at: datetime) -> BankCheck:
    """
    Have a bank compare the actor's name, identity number and the account's phone with a card of theirs; the answer comes
    in the background and raises them to level 3.

    :raises GuardianForChild: the actor is younger than fourteen.
    :raises InvalidInput: no number of a bank card.
    :raises BankCheckWaiting, TooManyBankChecks: one is under way, or as many were made today as may be.
    :raises AssuranceTooLow: name and number have not been matched.
    """
    person = Person.objects.select_for_update().get(pk=actor.require_person())
    actor.require_level(MATCHED)
    if person.born_on is not None and age_on(person.born_on, day_of(at)) < FROM_AGE:
        raise GuardianForChild
    try:
        number = parse_bank_card(card)
    except ValueError as error:
        raise InvalidInput({"card": str(error)}) from None
    today = BankCheck.objects.filter(person=person, asked_at__gt=at - timedelta(days=1))
    if today.filter(state=BankCheck.State.WAITING).exists():
        raise BankCheckWaiting
    most = int(figure(CHECKS_A_DAY, chain=[NATION], on=day_of(at)))
    if today.count() >= most:
        raise TooManyBankChecks(most=most)
    check = BankCheck.objects.create(
        person=person,
        card=number,
        card_end=number[-4:],
        phone=str(Login.objects.get(pk=actor.require_login()).phone),
        asked_at=at,
    )
    outbox.publish("identity.bank_check_asked", key=check.target, check_id=check.pk)
    audit.record("identity.ask_bank_check", actor=actor, at=at, target=check.target)
    return check


@transaction.atomic
def settle_bank_check(*, check_id: int, matches: bool | None, actor: Actor, at: datetime) -> BankCheck:
    """Note what the bank says, None for no answer in the end; a match raises the person to level 3. The card is forgotten."""
    actor.require("identity.verify", division=NATION)
    check = BankCheck.objects.select_for_update(of=("self",)).select_related("person").get(pk=check_id)
    if check.state != BankCheck.State.WAITING:
        return check
    state = {True: BankCheck.State.PASSED, False: BankCheck.State.FAILED, None: BankCheck.State.UNANSWERED}[matches]
    check.state, check.answered_at, check.card, check.phone = state, at, "", ""
    check.save(update_fields=["state", "answered_at", "card", "phone"])
    person = check.person
    if matches and person.deceased_on is None and assurance_of(person, on=day_of(at)) <= PROVED:
        # A level 4 that has run out does not come back by a card.
        person.assurance, person.verified_by, person.verified_at = PROVED, BY_BANK, at
        person.save(update_fields=["assurance", "verified_by", "verified_at"])
    audit.record("identity.settle_bank_check", actor=actor, at=at, target=check.target, outcome=str(state))
    return check


@transaction.atomic
def note_bank_try(*, check_id: int, actor: Actor, at: datetime) -> int:
    """Count one more unanswered try of a check; return how many there were."""
    actor.require("identity.verify", division=NATION)
    check = BankCheck.objects.select_for_update().get(pk=check_id)
    check.tries += 1
    check.save(update_fields=["tries"])
    audit.record("identity.note_bank_try", actor=actor, at=at, target=check.target, tries=check.tries)
    return check.tries
