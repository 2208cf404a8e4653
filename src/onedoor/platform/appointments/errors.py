"""What is refused about places and queues, in words that say what to do next."""

from onedoor.platform.kernel.errors import NotFound, OneDoorError


class SlotFull(OneDoorError):
    code, http_status, message = (
        "appointment.full",
        409,
        "这个时段已约满，没有占号。请换一个时段或者办事点，也可以加入候补：有人退号时按顺序通知您。",
    )


class DuplicatePerson(OneDoorError):
    code, http_status, message = (
        "appointment.duplicate_person",
        409,
        "您或者同行的人已经约了这项业务，每人同时只能有一个预约。请在“我的预约”里改期，或者取消后再约。",
    )


class HoldExpired(OneDoorError):
    code, http_status, message = "appointment.hold_expired", 409, "保留时间已过，号源已经释放。请重新选择时段。"


class NotReleased(OneDoorError):
    code, http_status, message = (
        "appointment.not_released",
        409,
        "这一天的号还没有放出，{release}开始预约，请到时再来。",
    )


class SlotOver(OneDoorError):
    code, http_status, message = "appointment.slot_over", 409, "这个时段已经开始或者已经过去，请选择后面的时段。"


class NotBookable(OneDoorError):
    code, http_status, message = (
        "appointment.closed",
        409,
        "这个办事点现在不接受这项业务的预约，请换一个办事点，或者直接到现场取号。",
    )


class Blocked(OneDoorError):
    code, http_status, message = (
        "appointment.blocked",
        409,
        "因为{days}天内有{times}次约了没有来，{until}之前不能网上预约。急用的请直接到现场取号，现场号不受影响。",
    )


class StillFree(OneDoorError):
    code, http_status, message = "appointment.still_free", 409, "这一天还有号，不用候补，请直接选择时段预约。"


class AlreadyWaiting(OneDoorError):
    code, http_status, message = "appointment.already_waiting", 409, "您已经在候补这一天的号，有号时会通知您。"


class BookingOver(OneDoorError):
    code, http_status, message = "appointment.over", 409, "这个预约现在是“{state}”，不能这样办理，请刷新页面核对。"


class NotToday(OneDoorError):
    code, http_status, message = "queue.not_today", 409, "这个预约是{day}的，请在当天取号。"


class WalkInsUsedUp(OneDoorError):
    code, http_status, message = (
        "queue.walk_ins_used_up",
        409,
        "今天的现场号已经取完。请到咨询台，由工作人员安排加号，或者预约后面的日子。",
    )


class OtherBusiness(OneDoorError):
    code, http_status, message = "queue.other_window", 409, "这个窗口不办这项业务，请核对窗口和业务。"


class WindowBusy(OneDoorError):
    code, http_status, message = (
        "queue.window_busy",
        409,
        "本窗口的 {number} 号还没有结束，请先办完、过号或者转走再叫下一位。",
    )


class NobodyWaits(OneDoorError):
    code, http_status, message = "queue.nobody_waits", 409, "现在没有本窗口要办的人在等。"


class TicketMoved(OneDoorError):
    code, http_status, message = "queue.moved", 409, "{number} 号现在是“{state}”，请刷新页面核对。"


class PlanNotFound(NotFound):
    code = "appointment.plan_not_found"


class BookingNotFound(NotFound):
    code, message = "appointment.not_found", "没有找到这个预约，请核对预约号。"


class TicketNotFound(NotFound):
    code, message = "queue.ticket_not_found", "没有找到这个号，请核对，或者重新取号。"
