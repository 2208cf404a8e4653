"""Places that can be booked, who holds them, who waits for them, and the queue of a day."""

import uuid
from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from onedoor.platform.appointments.rules import Hours
from onedoor.platform.kernel.models import Recorded


class CapacityPlan(Recorded):
    """What a service point offers for booking of one business: an item, or a kind of business of its own."""

    service_point = models.ForeignKey(
        "identity.ServicePoint", verbose_name="服务点", on_delete=models.PROTECT, related_name="+"
    )
    business = models.CharField("业务", max_length=80)  # an item's code, or a code of the office's own
    title = models.CharField("业务名称", max_length=60)
    line = models.CharField("业务条线", max_length=40, blank=True)
    letter = models.CharField("号头", max_length=1)  # tickets of this business begin with it
    most_persons = models.PositiveSmallIntegerField("一个号最多几人", default=1)
    slot_minutes = models.PositiveSmallIntegerField("每个时段的分钟数")
    week = models.JSONField("每周开放时间")  # day 1–7 → [[from, to, places of each slot]]
    walk_in_percent = models.PositiveSmallIntegerField("留给现场的号源（%）")
    days_ahead = models.PositiveSmallIntegerField("提前几天放号")
    release_time = models.TimeField("几点放号")
    windows = models.JSONField("窗口")  # names
    active = models.BooleanField("开放预约", default=True)

    class Meta:
        verbose_name = "号源安排"
        verbose_name_plural = "号源安排"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["service_point", "business"], name="plan_one_a_business"),
            models.UniqueConstraint(fields=["service_point", "letter"], name="plan_one_a_letter"),
            models.CheckConstraint(condition=Q(walk_in_percent__lte=100), name="plan_share_is_a_share"),
            models.CheckConstraint(condition=Q(most_persons__in=[1, 2]), name="plan_one_or_two_persons"),
        ]

    def __str__(self) -> str:
        return f"{self.service_point_id} {self.business}"

    @property
    def target(self) -> str:
        return f"plan:{self.pk}"

    @property
    def division(self) -> str:
        """Where the office is; the service point moves with its organ."""
        return str(self.service_point.organization.division_id)

    @property
    def hours_of_week(self) -> dict[int, list[Hours]]:
        return {int(day): [hours_from(row) for row in rows] for day, rows in self.week.items()}


def hours_from(row: list[Any]) -> Hours:
    start, end, capacity = row
    return Hours(datetime.strptime(start, "%H:%M").time(), datetime.strptime(end, "%H:%M").time(), int(capacity))


class SpecialDay(Recorded):
    """A day on which an office is closed (no hours) or open otherwise than the week says."""

    plan = models.ForeignKey(CapacityPlan, on_delete=models.CASCADE, related_name="special_days")
    day = models.DateField("日期")
    hours = models.JSONField("开放时间")  # as one day of a week
    reason = models.CharField("原因", max_length=60)

    class Meta:
        verbose_name = "特殊日"
        verbose_name_plural = "特殊日"
        constraints: ClassVar = [models.UniqueConstraint(fields=["plan", "day"], name="special_day_once")]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.day}"


class Slot(models.Model):
    """A stretch of time at an office; its places that can be booked are rows of their own."""

    plan = models.ForeignKey(CapacityPlan, on_delete=models.PROTECT, related_name="slots")
    day = models.DateField("日期")
    starts_at = models.DateTimeField("开始")
    ends_at = models.DateTimeField("结束")
    capacity = models.PositiveSmallIntegerField("总号数")
    bookable = models.PositiveSmallIntegerField("可预约号数")

    class Meta:
        verbose_name = "时段"
        verbose_name_plural = "时段"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "starts_at"], name="slot_once"),
            models.CheckConstraint(condition=Q(bookable__lte=F("capacity")), name="slot_keeps_within_capacity"),
        ]
        indexes: ClassVar = [models.Index(fields=["plan", "day"], name="slot_by_day")]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.starts_at:%F %H:%M}"


class Booking(models.Model):
    """One place for one or two people. Until it is confirmed it is a hold, which ends by time alone."""

    class State(models.TextChoices):
        HELD = "held", "待确认"
        BOOKED = "booked", "已预约"
        CHECKED_IN = "checked_in", "已取号"
        SERVED = "served", "已办理"
        NO_SHOW = "no_show", "爽约"
        CANCELLED = "cancelled", "已取消"
        LAPSED = "lapsed", "未确认，已释放"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField("预约号", max_length=8, unique=True)  # typed at the kiosk, said at the desk
    plan = models.ForeignKey(CapacityPlan, on_delete=models.PROTECT, related_name="bookings")
    slot = models.ForeignKey(Slot, on_delete=models.PROTECT, related_name="bookings")
    person = models.ForeignKey("identity.Person", on_delete=models.PROTECT, related_name="+")  # whose it is
    agent = models.ForeignKey(  # who has booked for them under a mandate
        "identity.Person", verbose_name="代办人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField("状态", max_length=12, choices=State, default=State.HELD)
    held_until = models.DateTimeField("保留至")
    booked_at = models.DateTimeField("预约时间", null=True, blank=True)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    reminded_at = models.DateTimeField("提醒时间", null=True, blank=True)
    case_number = models.CharField("办件编号", max_length=50, blank=True)
    channel = models.CharField("渠道", max_length=12)
    # The key of the form that asked for the place: whoever sends it again holds it already.
    asked_with = models.CharField("提交编号", max_length=80, blank=True, db_index=True)
    made_at = models.DateTimeField("提出时间")

    class Meta:
        verbose_name = "预约"
        verbose_name_plural = "预约"
        indexes: ClassVar = [
            models.Index(fields=["person", "made_at"], name="booking_by_person"),
            models.Index(fields=["held_until"], name="booking_holds", condition=Q(state="held")),
            models.Index(fields=["slot", "state"], name="booking_by_slot"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def target(self) -> str:
        return f"booking:{self.pk}"

    def is_held(self, at: datetime) -> bool:
        return self.state == self.State.HELD and self.held_until > at


class Seat(models.Model):
    """
    One place of a slot. It is free without a booking, and again as soon as the hold on it has run out; there are no more
    places than rows, and no row has two bookings.
    """

    slot = models.ForeignKey(Slot, on_delete=models.CASCADE, related_name="seats")
    number = models.PositiveSmallIntegerField("序号")
    booking = models.OneToOneField(Booking, null=True, blank=True, on_delete=models.PROTECT, related_name="seat")
    held_until = models.DateTimeField("保留至", null=True, blank=True)  # empty: nobody's, or somebody's for good

    class Meta:
        verbose_name = "号源"
        verbose_name_plural = "号源"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["slot", "number"], name="seat_once"),
            models.CheckConstraint(
                condition=Q(held_until__isnull=True) | Q(booking__isnull=False), name="seat_held_for_somebody"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.slot_id}/{self.number}"


def free(at: datetime) -> Q:
    """Return the condition "this place is free at that moment"."""
    return Q(booking__isnull=True) | Q(held_until__lte=at)


class BookedPerson(models.Model):
    """Somebody a booking is for. The database lets nobody have two active ones for one business, whoever made them."""

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="people")
    person = models.ForeignKey("identity.Person", on_delete=models.PROTECT, related_name="+")
    business = models.CharField("业务", max_length=80)
    active = models.BooleanField("有效", default=True)

    class Meta:
        verbose_name = "预约人"
        verbose_name_plural = "预约人"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "business"], name="booked_once_a_business", condition=Q(active=True)
            )
        ]
        indexes: ClassVar = [models.Index(fields=["person", "business"], name="booked_by_person")]

    def __str__(self) -> str:
        return f"{self.booking_id} {self.person_id}"


class Waiting(models.Model):
    """Somebody who waits for a place on a day that is full; the first in line is offered what falls free."""

    class State(models.TextChoices):
        WAITING = "waiting", "候补中"
        OFFERED = "offered", "有号待确认"
        TAKEN = "taken", "候补成功"
        LAPSED = "lapsed", "候补未成"
        LEFT = "left", "已退出"

    plan = models.ForeignKey(CapacityPlan, on_delete=models.PROTECT, related_name="waiting")
    day = models.DateField("日期")
    person = models.ForeignKey("identity.Person", on_delete=models.PROTECT, related_name="+")
    agent = models.ForeignKey(  # who has joined the list for them under a mandate
        "identity.Person", verbose_name="代办人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    partner = models.ForeignKey("identity.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField("状态", max_length=12, choices=State, default=State.WAITING)
    booking = models.OneToOneField(
        Booking, null=True, blank=True, on_delete=models.PROTECT, related_name="promoted_from"
    )
    case_number = models.CharField("办件编号", max_length=50, blank=True)
    joined_at = models.DateTimeField("加入时间")

    class Meta:
        verbose_name = "候补"
        verbose_name_plural = "候补"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "plan", "day"], name="waits_once_a_day", condition=Q(state="waiting")
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["plan", "day", "joined_at"], name="waiting_line", condition=Q(state="waiting"))
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.day} {self.person_id}"

    @property
    def target(self) -> str:
        return f"waiting:{self.pk}"


class Ticket(models.Model):
    """A number of the queue of one day at one office: booked or walk-in, from web, kiosk or window alike."""

    class State(models.TextChoices):
        WAITING = "waiting", "等候"
        CALLED = "called", "正在办理"
        PASSED = "passed", "过号"
        SERVED = "served", "办完"
        NO_SHOW = "no_show", "未到"

    class Priority(models.TextChoices):
        SENIOR = "senior", "高龄"
        DISABLED = "disabled", "残疾人"
        PREGNANT = "pregnant", "孕妇"
        SOLDIER_FAMILY = "soldier_family", "军人军属"

    class Signed(models.TextChoices):
        HAND = "hand", "本人签字"
        FINGERPRINT = "fingerprint", "按指印，有见证人"

    code = models.CharField("查询码", max_length=16, unique=True)  # of the page that tells how long it takes
    service_point = models.ForeignKey("identity.ServicePoint", on_delete=models.PROTECT, related_name="+")
    plan = models.ForeignKey(CapacityPlan, on_delete=models.PROTECT, related_name="tickets")
    day = models.DateField("日期")
    number = models.CharField("号码", max_length=8)  # A012
    booking = models.OneToOneField(Booking, null=True, blank=True, on_delete=models.PROTECT, related_name="ticket")
    person = models.ForeignKey("identity.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    priority = models.CharField("优先", max_length=16, choices=Priority, blank=True)
    state = models.CharField("状态", max_length=12, choices=State, default=State.WAITING)
    window = models.CharField("窗口", max_length=20, blank=True)  # that called it
    wanted_window = models.CharField("转往窗口", max_length=20, blank=True)
    taken_at = models.DateTimeField("取号时间")
    called_at = models.DateTimeField("叫号时间", null=True, blank=True)
    calls = models.PositiveSmallIntegerField("叫号次数", default=0)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    channel = models.CharField("取号渠道", max_length=12)
    extra_reason = models.CharField("加号原因", max_length=60, blank=True)
    # Help at the desk: who filled in for whom, how it was signed; the helper uses their own account and no one's password.
    helper_login_id = models.BigIntegerField("帮办人账号", null=True, blank=True)
    helper_name = models.CharField("帮办人", max_length=80, blank=True)
    signed = models.CharField("签字方式", max_length=12, choices=Signed, blank=True)
    witness = models.CharField("见证人", max_length=80, blank=True)

    class Meta:
        verbose_name = "排队号"
        verbose_name_plural = "排队号"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["service_point", "day", "number"], name="ticket_once_a_day"),
            models.UniqueConstraint(
                fields=["service_point", "day", "window"], name="ticket_one_a_window", condition=Q(state="called")
            ),
            models.CheckConstraint(
                condition=~Q(signed="fingerprint") | ~Q(witness=""), name="ticket_fingerprint_has_witness"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["service_point", "day", "state"], name="ticket_queue")]

    def __str__(self) -> str:
        return f"{self.day} {self.number}"

    @property
    def target(self) -> str:
        return f"ticket:{self.pk}"


class TicketEvent(models.Model):
    """What happened to a ticket: taken, called, called again, passed, back in line, transferred, served, not come."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="events")
    act = models.CharField("动作", max_length=12)
    window = models.CharField("窗口", max_length=20, blank=True)
    note = models.CharField("说明", max_length=60, blank=True)
    at = models.DateTimeField("时间")
    by = models.BigIntegerField("操作人账号", null=True, blank=True)

    class Meta:
        verbose_name = "排队记录"
        verbose_name_plural = "排队记录"

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.act}"
