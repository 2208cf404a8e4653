"""Begin an application for a caller; the caller goes on with it, on the web or at the window, by phone and draft code."""

from datetime import datetime

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases import operations as cases
from onedoor.platform.cases.operations import Opened
from onedoor.platform.kernel import replays
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import InvalidInput
from onedoor.standards.contacts import parse_mobile


@transaction.atomic
def hand_over(*, item_code: str, phone: str, division: str, actor: Actor, at: datetime) -> Opened:
    """
    Begin a form for a caller and return what opens it: the pass for this desk, the draft code for the caller.

    Nobody reads a one-time code to an agent: it goes to the caller's phone when the caller opens the draft.

    :raises InvalidInput: it is no mobile phone.
    :raises ItemNotFound, ItemSuspended, NotBeforeLogin, TooManyEarlyDrafts: as their names say.
    """
    actor.require("channels.take", division=division)
    try:
        phone = parse_mobile("".join(phone.split()))
    except ValueError:
        raise InvalidInput({"caller_phone": "请填写来电人的手机号，接着填要用它收验证码。"}) from None
    opened = cases.begin_for_caller(item_code=item_code, division=division, phone=phone, actor=actor, at=at)
    replays.tie_to(opened.draft.target)  # the answer holds the code: it goes with the draft
    audit.record("channels.hand_over", actor=actor, at=at, target=opened.draft.target, division=division)
    return opened
