"""What a desk works with: its lines, the dispatch catalogue, who is on duty."""

from datetime import datetime, timedelta

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.channels.models import DispatchRule, DutyOfficer, HotlineLine
from onedoor.platform.channels.queries.choices import organs_within
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput
from onedoor.standards.contacts import parse_mobile

LONGEST_DUTY = timedelta(days=7)


@transaction.atomic
def open_line(*, number: str, title: str, mode: str, division: str, actor: Actor, at: datetime) -> HotlineLine:
    """Enter a telephone number people call, or say anew what it is called and how it runs."""
    actor.require("channels.review", division=division)
    problems = {}
    if not (number.isascii() and number.isdigit() and 3 <= len(number) <= 20):
        problems["number"] = "请填写热线号码，只写数字。"
    if not 1 <= len(title.strip()) <= 80:
        problems["title"] = "请填写热线名称。"
    if mode not in HotlineLine.Mode.values:
        problems["mode"] = "请选择运行方式。"
    if problems:
        raise InvalidInput(problems)
    line, _ = HotlineLine.objects.update_or_create(
        number=number,
        division=division,
        defaults={"title": title.strip(), "mode": mode, "recorded_at": at, "recorded_by": actor.name},
    )
    audit.record("channels.open_line", actor=actor, at=at, target=f"hotline:{line.pk}", division=division)
    return line


@transaction.atomic
def set_rule(
    *,
    topic: str,
    organization_id: int,
    department_only: bool,
    document: str,
    division: str,
    actor: Actor,
    at: datetime,
) -> DispatchRule:
    """Say in the catalogue who handles a topic from today on; the row that held until now ends."""
    actor.require("channels.review", division=division)
    organ = organs_within(actor).filter(pk=organization_id).first()
    problems = {}
    if not 1 <= len(topic.strip()) <= 80:
        problems["topic"] = "请填写事项名称。"
    if organ is None:
        problems["organization"] = "请从列表中选择承办部门。"
    if not 1 <= len(document.strip()) <= 200:
        problems["document"] = "请填写依据：权责清单或者文件的名称、文号。"
    if problems or organ is None:
        raise InvalidInput(problems)
    today = day_of(at)
    same = DispatchRule.objects.select_for_update().filter(division=division, topic=topic.strip(), valid_to=None)
    same.update(valid_to=today)
    rule = DispatchRule.objects.create(
        division=division,
        topic=topic.strip(),
        organization=organ,
        department_only=department_only,
        document=document.strip(),
        valid_from=today,
        recorded_at=at,
        recorded_by=actor.name,
    )
    audit.record("channels.set_rule", actor=actor, at=at, target=f"dispatch_rule:{rule.pk}", division=division)
    return rule


@transaction.atomic
def name_duty_officer(
    *, name: str, phone: str, begins_at: datetime, ends_at: datetime, division: str, actor: Actor, at: datetime
) -> DutyOfficer:
    """Enter who is called for an emergency, from when to when."""
    actor.require("channels.review", division=division)
    problems = {}
    if not 1 <= len(name.strip()) <= 80:
        problems["name"] = "请填写值班人员姓名。"
    try:
        phone = parse_mobile(phone)
    except ValueError as error:
        problems["phone"] = str(error)
    if not begins_at < ends_at <= begins_at + LONGEST_DUTY or ends_at <= at:
        problems["ends_at"] = "请核对值班时间：结束要晚于开始和现在，一次不超过 7 天。"
    if problems:
        raise InvalidInput(problems)
    officer = DutyOfficer.objects.create(
        division=division,
        name=name.strip(),
        phone=phone,
        begins_at=begins_at,
        ends_at=ends_at,
        recorded_at=at,
        recorded_by=actor.name,
    )
    audit.record("channels.name_duty", actor=actor, at=at, target=f"duty:{officer.pk}", division=division)
    return officer
