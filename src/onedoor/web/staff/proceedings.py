"""What an officer does beside the steps of a case: delivery, hearing, relatives, revocation, transfer, voiding."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.timezone import make_aware

from onedoor.platform.cases import grounds, heard, operations, queries
from onedoor.platform.cases.forms.binding import bind_section
from onedoor.platform.cases.forms.validation import read_section
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import InvalidInput
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import optional_day, posted
from onedoor.web.parts.writes import attempt, keyed
from onedoor.web.staff.performing import articles_of, case_of, perform, who, words

DELIVERY_WAYS = (
    ("direct", "直接送达（窗口领取、上门）"),
    ("leaving", "留置送达"),
    ("entrusted", "委托送达"),
    ("post", "邮寄送达"),
    ("public", "公告送达（其他方式都无法送达时，三十日期满视为送达）"),
)


@keyed
def deliver(request: HttpRequest, number: str) -> HttpResponse:
    """Deliver a decision or notice, or note that what was posted has arrived."""
    found = case_of(request, number)
    present = queries.proceedings_of(found, actor=actor_of(request))

    def write() -> object:
        arrived: dict[str, Any] = {
            "receiver": request.POST.get("receiver", ""),
            "received_on": optional_day(request, "received_on"),
        }
        if "confirm" in request.POST:
            return operations.confirm_delivery(case_id=found.pk, **arrived, **who(request))
        return operations.deliver_document(
            case_id=found.pk,
            method=request.POST.get("method", ""),
            reference=request.POST.get("reference", ""),
            **arrived,
            **who(request),
        )

    context = {
        "ways": DELIVERY_WAYS,
        "sent": present.delivery,
        "paper": present.awaited or present.decision,
        "is_notice": present.awaited is not None,
        "today": clock.today(),
    }
    return perform(request, found, "staff/deliver.html", write, context, step="delivery")


@keyed
def conflict(request: HttpRequest, number: str, conflict_id: int) -> HttpResponse:
    """Settle what a source says otherwise than it was declared."""
    found = case_of(request, number)
    row = queries.conflict_of(found, conflict_id=conflict_id)

    def write() -> object:
        return operations.settle_conflict(
            conflict_id=row.pk,
            settled=request.POST.get("settled", ""),
            reason=request.POST.get("reason", ""),
            **who(request),
        )

    return perform(request, found, "staff/conflict.html", write, {"conflict": row})


@keyed
def confirm(request: HttpRequest, number: str) -> HttpResponse:
    """Confirm or oppose, as the second approver, what the first one means to decide."""
    found = case_of(request, number)

    def write() -> object:
        answer = request.POST.get("answer", "")
        if answer not in ("agree", "oppose"):
            raise InvalidInput({"answer": "请选择同意或者不同意。"})
        note = request.POST.get("note", "")
        return operations.confirm_decision(case_id=found.pk, agreed=answer == "agree", note=note, **who(request))

    ruling = queries.proposed_ruling(found)
    context = {
        "ruling": ruling,
        "ground": grounds.DENIAL.get(ruling.reason_code, "") if ruling else "",
        "judgement": queries.judge_now(found, on=clock.today()),
    }
    return perform(request, found, "staff/confirm.html", write, context, step="confirm")


@keyed
def correct(request: HttpRequest, number: str) -> HttpResponse:
    """Correct slips of the application in the applicant's presence."""
    found = case_of(request, number)
    section = queries.correctable_section(found, for_officer=True)
    cleaned = read_section(section, request.POST, known=found.declared.content)

    def write() -> object:
        if cleaned.problems:
            raise InvalidInput(dict(cleaned.problems))
        if request.POST.get("present") != "yes":
            raise InvalidInput({"present": "请确认申请人在场并同意更正。"})
        return operations.correct_answers(case_id=found.pk, corrections=cleaned.answers, **who(request))

    typed = request.method == "POST"
    fields = bind_section(
        section,
        answers=cleaned.answers if typed else found.declared.content,
        typed=cleaned.typed if typed else {},
        problems=dict(cleaned.problems) if typed else {},
        known={},
    )
    return perform(request, found, "staff/correct.html", write, {"fields": fields}, step="accept")


@keyed
def hearing(request: HttpRequest, number: str) -> HttpResponse:
    """Tell the right to a hearing, set its time, write its record, note who signed: whatever comes next."""
    found = case_of(request, number)
    present = queries.hearing_of(found)

    def write() -> object:
        common = {"case_id": found.pk, **who(request)}
        deed = request.POST.get("deed", "")
        if deed == "schedule":
            moment = parse_datetime(request.POST.get("held_at", ""))
            if moment is None or not request.POST.get("presider"):
                raise InvalidInput({"held_at": "请填写听证时间，并指定主持人。"})
            return operations.schedule_hearing(
                held_at=make_aware(moment) if moment.tzinfo is None else moment,
                place=request.POST.get("place", ""),
                is_public=request.POST.get("is_public") != "no",
                presiding_post=posted(request, "presider"),
                **common,
            )
        if deed == "hold":
            return operations.hold_hearing(record=request.POST.get("record", ""), **common)
        if deed == "sign":
            return operations.sign_hearing_record(signed_by=request.POST.get("signed_by", ""), **common)
        return operations.inform_hearing_right(reason=request.POST.get("reason", ""), **common)

    context = {
        "hearing": present,
        "presiders": queries.presiders(found, actor=actor_of(request), on=clock.today()),
    }
    return perform(request, found, "staff/hearing.html", write, context, page="staff_hearing")


@keyed
def declare_relative(request: HttpRequest, number: str) -> HttpResponse:
    """Declare to be a near relative of somebody in the case."""
    found = case_of(request, number)

    def write() -> object:
        relation = request.POST.get("relation", "")
        return operations.declare_relative(case_id=found.pk, relation=relation, **who(request))

    return perform(request, found, "staff/relative.html", write, {}, page="declare_relative")


@keyed
def transfer(request: HttpRequest, number: str) -> HttpResponse:
    """Send a case up to the superior organ."""
    found = case_of(request, number)

    def write() -> object:
        return operations.transfer_case(case_id=found.pk, **words(request), **who(request))

    context = {"articles": articles_of(found), "superior": found.deciding_organization.parent}
    return perform(request, found, "staff/transfer.html", write, context, page="transfer")


@keyed
def propose_revocation(request: HttpRequest, number: str) -> HttpResponse:
    """Tell a person that the organ means to revoke or cancel what it granted."""
    found = case_of(request, number)

    def write() -> object:
        ending = request.POST.get("ending", "")
        return operations.propose_revocation(case_id=found.pk, ending=ending, **words(request), **who(request))

    context = {
        "articles": articles_of(
            found, "《中华人民共和国行政许可法》第六十九条", "《中华人民共和国行政许可法》第七十条"
        ),
        "days": heard.days(heard.TO_BE_HEARD, case=found, on=clock.today()),
    }
    return perform(
        request,
        found,
        "staff/propose_revocation.html",
        write,
        context,
        page="propose_revocation",
    )


@keyed
def decide_revocation(request: HttpRequest, number: str) -> HttpResponse:
    """Decide a revocation after the person could be heard."""
    found = case_of(request, number)

    def write() -> object:
        decision = request.POST.get("decision", "")
        if decision not in ("uphold", "drop"):
            raise InvalidInput({"decision": "请选择撤销（注销）或者不予撤销。"})
        reason = request.POST.get("reason", "")
        return operations.decide_revocation(
            case_id=found.pk, upheld=decision == "uphold", reason=reason, **who(request)
        )

    context = {"revocation": queries.revocation_of(found), "today": clock.today()}
    return perform(request, found, "staff/decide_revocation.html", write, context, step="revoke")


@keyed
def voids(request: HttpRequest) -> HttpResponse:
    """Ask to void a case entered twice, and confirm what the other one has asked."""
    actor = actor_of(request)
    problems: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        _, refusal = attempt(request, lambda: _void(request))
        if refusal is None:
            return redirect("voids")
        problems, status = refusal.by_field, refusal.http_status
    context = {
        "requests": queries.void_requests(actor=actor),
        "may_ask": "cases.void" in actor.permissions,
        "may_confirm": "supervision.order" in actor.permissions,
        "problems": problems,
        "typed": request.POST,
    }
    return render(request, "staff/voids.html", context, status=status)


def _void(request: HttpRequest) -> object:
    if "confirm" in request.POST:
        return operations.confirm_void(request_id=posted(request, "confirm"), **who(request))
    return operations.request_void(
        number=request.POST.get("number", ""),
        original_number=request.POST.get("original", ""),
        reason=request.POST.get("reason", ""),
        **who(request),
    )
