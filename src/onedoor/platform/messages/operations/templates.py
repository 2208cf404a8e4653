"""The words of notices take two people: one proposes them, another approves them or sends them back."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Max

from onedoor.platform.audit import operations as audit
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, NotFound, OneDoorError
from onedoor.platform.messages import rules, shipped
from onedoor.platform.messages.models import TemplateVersion
from onedoor.platform.messages.models.templates import CHANNELS

EDIT, REVIEW = "messages.edit", "messages.review"
SHORTEST_REASON = 5
State = TemplateVersion.State
NAMES = CHANNELS


class TemplateNotFound(NotFound):
    code, message = "messages.template_not_found", "没有这个模板或版本。模板随业务一起登记，请从模板表里选择。"


class TemplateProposed(OneDoorError):
    code, http_status, message = (
        "messages.template_proposed",
        409,
        "这个模板已有一个待审核的版本。请先审核，或由提出人撤回，再提出新的文字。",
    )


class TemplateSettled(OneDoorError):
    code, http_status, message = "messages.template_settled", 409, "这个版本{state}，不能再办理。请刷新页面查看。"


class OwnTemplate(OneDoorError):
    code, http_status, message = (
        "messages.own_template",
        403,
        "提出人不能审核自己提出的文字，请由另一位审核人员审核；不再需要的，可以撤回。",
    )


class NotTemplateProposer(OneDoorError):
    code, http_status, message = (
        "messages.not_template_proposer",
        403,
        "只有提出人可以撤回。您认为不妥的，请写明意见后退回。",
    )


class TooPersonal(OneDoorError):
    code, http_status, message = (
        "messages.template_too_personal",
        422,
        "这段文字会把个人敏感内容（{variables}）写进{channel}，别人看到手机就能知道，不能通过。请退回，改为请本人登录查看。",
    )


class TemplateDayPassed(OneDoorError):
    code, http_status, message = (
        "messages.template_day_passed",
        409,
        "等待审核时，生效日 {day} 已经过去。请退回，由提出人另定生效日。",
    )


@transaction.atomic
def propose_template(
    *,
    template: str,
    channel: str,
    text: str,
    valid_from: date,
    valid_to: date | None,
    reason: str,
    actor: Actor,
    at: datetime,
) -> TemplateVersion:
    """
    Propose words of a notice for a channel from a day on. Nobody is told anything in them yet.

    :raises NotAllowed: the actor may not edit templates; they hold for the whole site.
    :raises TemplateNotFound: no such template or channel.
    :raises InvalidInput: variables that do not exist, too long, no reason, days that have passed or do not fit.
    :raises TemplateProposed: a version waits for its review.
    """
    actor.require(EDIT, division=identity.NATION)
    declared = get_declared(template)
    if channel not in NAMES:
        raise TemplateNotFound
    text, reason = text.strip().replace("\r\n", "\n"), reason.strip()
    faults = rules.faults_of(text, channel=channel, known=declared.variables, personal=declared.personal)
    problems = {"text": "".join(faults)} if faults else {}
    if not text:
        problems["text"] = "请写文字。"
    if not SHORTEST_REASON <= len(reason) <= 200:
        problems["reason"] = f"请写明为什么修改（{SHORTEST_REASON} 到 200 个字），审核的人会看到。"
    if valid_from < day_of(at):
        problems["valid_from"] = "生效日已经过去，请选今天或以后的日子。"
    if valid_to is not None and valid_to <= valid_from:
        problems["valid_to"] = "失效日要在生效日之后；长期有效的不用填。"
    if problems:
        raise InvalidInput(problems)
    row = TemplateVersion(code=template, channel=channel, text=text, reason=reason, valid_from=valid_from)
    row.valid_to, row.login_id = valid_to, actor.require_login()
    row.recorded_at, row.recorded_by = at, actor.name
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:  # the database keeps it one, whoever comes at the same moment
        raise TemplateProposed from error
    audit.record("messages.propose_template", actor=actor, at=at, **_told(row))
    return row


def get_declared(code: str) -> shipped.Template:
    """:raises TemplateNotFound: no room has such a template."""
    found = shipped.find(code)
    if found is None:
        raise TemplateNotFound
    return found


@transaction.atomic
def approve_template(*, version_id: int, opinion: str, actor: Actor, at: datetime) -> TemplateVersion:
    """
    Let proposed words hold from their day on.

    :raises TemplateNotFound, TemplateSettled, NotAllowed: not there, not open any more, not the actor's to review.
    :raises OwnTemplate: the reviewer has proposed it.
    :raises TooPersonal: it would carry personal facts out of the house.
    :raises TemplateDayPassed: its day has passed while it waited.
    """
    row = _open(version_id, actor)
    if row.login_id == actor.require_login():
        raise OwnTemplate
    declared = get_declared(row.code)
    sensitive = rules.sensitive_in(row.text, channel=row.channel, personal=declared.personal)
    if sensitive:
        names = "、".join(declared.variables[name] for name in sensitive)
        raise TooPersonal(variables=names, channel=NAMES[row.channel])
    if row.valid_from < day_of(at):
        raise TemplateDayPassed(day=row.valid_from.isoformat())
    same = TemplateVersion.objects.filter(code=row.code, channel=row.channel)
    row.number = (same.aggregate(last=Max("number"))["last"] or 0) + 1
    _settle(row, State.APPROVED, opinion, actor, at)
    audit.record("messages.approve_template", actor=actor, at=at, **_told(row))
    return row


@transaction.atomic
def send_back_template(*, version_id: int, opinion: str, actor: Actor, at: datetime) -> TemplateVersion:
    """
    Send proposed words back to who proposed them, with what is wrong.

    :raises TemplateNotFound, TemplateSettled, NotAllowed, OwnTemplate: as for the approval.
    :raises InvalidInput: it is not said what is wrong.
    """
    row = _open(version_id, actor)
    if row.login_id == actor.require_login():
        raise OwnTemplate
    if len(opinion.strip()) < SHORTEST_REASON:
        raise InvalidInput({"opinion": f"请写明哪里不妥（不少于 {SHORTEST_REASON} 个字）。"})
    _settle(row, State.SENT_BACK, opinion, actor, at)
    audit.record("messages.send_back_template", actor=actor, at=at, **_told(row))
    return row


@transaction.atomic
def withdraw_template(*, version_id: int, actor: Actor, at: datetime) -> TemplateVersion:
    """
    Withdraw what one has proposed oneself.

    :raises TemplateNotFound, TemplateSettled, NotAllowed: as for the approval.
    :raises NotTemplateProposer: somebody else has proposed it.
    """
    row = _open(version_id, actor, EDIT)
    if row.login_id != actor.require_login():
        raise NotTemplateProposer
    _settle(row, State.WITHDRAWN, "", actor, at)
    audit.record("messages.withdraw_template", actor=actor, at=at, **_told(row))
    return row


def _open(version_id: int, actor: Actor, permission: str = REVIEW) -> TemplateVersion:
    row = TemplateVersion.objects.select_for_update().filter(pk=version_id).first()
    if row is None:
        raise TemplateNotFound
    actor.require(permission, division=identity.NATION)
    if row.state != State.OPEN:
        raise TemplateSettled(state=row.get_state_display())
    return row


def _settle(row: TemplateVersion, state: str, opinion: str, actor: Actor, at: datetime) -> None:
    if len(opinion) > 1000:
        raise InvalidInput({"opinion": "请缩短到 1000 个字以内。"})
    row.state, row.opinion = state, opinion.strip()
    row.settled_at, row.settled_by, row.settled_login_id = at, actor.name, actor.require_login()
    row.save()


def _told(row: TemplateVersion) -> dict[str, str]:
    where = {"target": f"template:{row.pk}", "division": identity.NATION, "reason": row.reason}
    return {**where, "template": row.code, "channel": row.channel}
