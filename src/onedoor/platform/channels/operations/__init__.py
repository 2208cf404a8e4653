"""Every write of the hotline; callers import them from here."""

from onedoor.platform.channels.life import NoSuchAct, OrderNotFound, OrderNotNow
from onedoor.platform.channels.operations.dispatching import (
    ObjectionTooLate,
    decide_objection,
    dispatch_order,
    object_to_order,
    respond_to_emergency,
)
from onedoor.platform.channels.operations.filing import (
    Call,
    CannotMerge,
    FiledOrder,
    NoDutyOfficer,
    answer_directly,
    explain_order,
    file_order,
    merge_order,
    refuse_order,
)
from onedoor.platform.channels.operations.handing_over import hand_over
from onedoor.platform.channels.operations.handling import (
    ExtensionNotPossible,
    ask_extension,
    contact_caller,
    decide_extension,
    reply_to_order,
    sign_order,
    write_joint_part,
)
from onedoor.platform.channels.operations.revisiting import (
    NeedsHotline,
    NeedsReview,
    NoMoreRework,
    Said,
    close_order,
    return_for_rework,
    revisit_order,
    say_by_code,
)
from onedoor.platform.channels.operations.setting_up import name_duty_officer, open_line, set_rule
from onedoor.platform.kernel.digit_codes import grouped

__all__ = [
    "Call",
    "CannotMerge",
    "ExtensionNotPossible",
    "FiledOrder",
    "NeedsHotline",
    "NeedsReview",
    "NoDutyOfficer",
    "NoSuchAct",
    "NoMoreRework",
    "ObjectionTooLate",
    "OrderNotFound",
    "OrderNotNow",
    "Said",
    "answer_directly",
    "ask_extension",
    "close_order",
    "contact_caller",
    "decide_extension",
    "decide_objection",
    "dispatch_order",
    "explain_order",
    "file_order",
    "grouped",
    "hand_over",
    "merge_order",
    "name_duty_officer",
    "object_to_order",
    "open_line",
    "refuse_order",
    "reply_to_order",
    "respond_to_emergency",
    "return_for_rework",
    "revisit_order",
    "say_by_code",
    "set_rule",
    "sign_order",
    "write_joint_part",
]
