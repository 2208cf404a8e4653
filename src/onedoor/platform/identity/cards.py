"""Whose account belongs to an ID card that was read; a card opens none and changes nothing."""

from datetime import date

from onedoor.platform.identity.models import Login, Person
from onedoor.platform.kernel.errors import OneDoorError
from onedoor.standards.id_numbers import parse_citizen_id


class CardExpired(OneDoorError):
    code, http_status, message = (
        "identity.card_expired",
        403,
        "这张身份证已经过了有效期，本机不能办。请到窗口，工作人员核验后给您办；换领新证请到公安派出所。",
    )


class CardUnknown(OneDoorError):
    code, http_status, message = (
        "identity.card_unknown",
        403,
        "这张身份证还没有可以用的账号，本机办不了。请带身份证到窗口：工作人员当场核验、开通，也可以直接替您办。",
    )


def login_of_card(*, name: str, id_number: str, valid_to: str, on: date) -> Login:
    """
    Return the account of the person with this name and number.

    Whoever has no account, a closed one, another name there, or has died, hears the same: the window looks into it.

    :raises CardExpired: the card has run out.
    :raises CardUnknown: there is no account to come in by.
    """
    try:
        number, until = parse_citizen_id(id_number).number, date.fromisoformat(valid_to) if valid_to else None
    except ValueError:
        raise CardUnknown from None
    if until is not None and until < on:
        raise CardExpired
    person = Person.objects.filter(**Person.by_number.at(number), name=name.strip(), deceased_on__isnull=True).first()
    found = Login.objects.filter(person=person, kind=Login.Kind.CITIZEN, is_active=True).first() if person else None
    if found is None:
        raise CardUnknown
    return found
