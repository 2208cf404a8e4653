"""Every read of the hotline; callers import them from here."""

from onedoor.platform.channels.queries.callers import Caller, CallerUnknown, look_up_caller
from onedoor.platform.channels.queries.choices import (
    MODES,
    list_duty,
    list_lines,
    list_rules,
    organ_choices,
    place_choices,
)
from onedoor.platform.channels.queries.orders import (
    PAGE,
    FollowedOrder,
    ListedOrder,
    OrderView,
    follow_order,
    get_order,
    list_orders,
)
from onedoor.platform.channels.rules import EMERGENCIES, NOT_ACCEPTED
from onedoor.platform.channels.states import CATEGORIES, CHANNELS, RESOLVED, URGENCIES, WAYS

ANSWERS = (("yes", "是"), ("no", "否"), ("unreached", "联系不上"))

__all__ = [
    "ANSWERS",
    "CATEGORIES",
    "CHANNELS",
    "Caller",
    "CallerUnknown",
    "EMERGENCIES",
    "FollowedOrder",
    "ListedOrder",
    "MODES",
    "NOT_ACCEPTED",
    "OrderView",
    "PAGE",
    "RESOLVED",
    "URGENCIES",
    "WAYS",
    "follow_order",
    "get_order",
    "list_duty",
    "list_lines",
    "list_orders",
    "list_rules",
    "look_up_caller",
    "organ_choices",
    "place_choices",
]
