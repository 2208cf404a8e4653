"""What officers send about a case: one recipe for each act of the workbench."""

import uuid

from tests.platform import library
from tests.platform.cases.test_linked_cases import WHY
from tests.platform.cases.test_special_acts import double
from tests.platform.desks import staff
from tests.platform.identity.test_reorganisation import DOCUMENT
from tests.platform.replays.stage import AT, LATER, Sent, Stage, sends

from onedoor.platform.cases import operations
from onedoor.platform.cases.models import PublicNotice
from onedoor.platform.cases.operations.desk import Defect
from onedoor.platform.cases.rulings import Ruling
from onedoor.platform.catalog.forms import FormField
from onedoor.platform.identity.models import Division, Organization
from onedoor.platform.identity.roles import PERMISSIONS
from onedoor.platform.visits import checklists
from onedoor.platform.visits.checklists import Checklist

NOTE = {"note": "情况属实，同意办理这张借书证。"}
PAPER = {"ask-proof": "1", "code-proof": "missing", "problem-proof": "没有交租约", "how-proof": "拍下租约的每一页"}
REASON = {"reason": "因资料核实需要，延长办理。", "basis": "《公共图书馆法》第三十六条"}
VISIT = Checklist(
    code="library.visit",
    version=1,
    title="上门核实",
    questions=(FormField(code="opened_by", type="text", label="谁开的门", required=True),),
    findings=(("CONSISTENT", "一致"),),
)


@sends("accept")
def accept(stage: Stage) -> Sent:
    return Sent("clerk", staff(stage.books.received(AT), "accept/"))


@sends("check_original")
def check_original(stage: Stage) -> Sent:
    case = stage.books.received(AT)
    return Sent("clerk", staff(case, "papers/photo/original/"), {"agrees": "yes", "valid_until": "2027-08-31"})


@sends("ask_supplement")
def ask_supplement(stage: Stage) -> Sent:
    return Sent("clerk", staff(stage.books.received(AT), "supplement/"), PAPER)


@sends("override_supplement")
def override_supplement(stage: Stage) -> Sent:
    from tests.platform.cases.test_supplements import supply

    case = stage.books.received(AT)
    defect = Defect("photo", problem="看不清楚", how_to_fix="在亮处重新拍一张", basis="《公共图书馆法》")
    operations.request_supplement(case_id=case.pk, defects=[defect], actor=stage.books.officer("clerk"), at=AT)
    supply(stage.books, case, "photo", at=AT)
    fields = PAPER | {"override": "上次漏看了，不补无法核实住处。"}
    return Sent("supervisor", staff(case, "supplement/override/"), fields)


@sends("refuse")
def refuse(stage: Stage) -> Sent:
    fields = {**library.REFUSED, "basis": [library.REFUSED["basis"]], "competent_organ": ""}
    return Sent("clerk", staff(stage.books.received(AT), "refuse/"), fields)


@sends("visit")
def visit(stage: Stage) -> Sent:
    checklists.register(VISIT, item=library.ITEM)
    case = stage.books.accepted(AT)
    fields = {
        "offline_id": uuid.uuid4().hex,
        "step": "visit",
        "visited_at": "2026-09-01T09:10",
        "opened_by": "读者本人",
        "findings": ["CONSISTENT"],
        "note": "住在本区，有书桌和借来的书。",
        "signed_by_member": "on",
        "colleague": stage.books.posts["second_surveyor"],
    }
    return Sent("surveyor", staff(case, "visit/"), fields)


@sends("opinion")
def opinion(stage: Stage) -> Sent:
    case = stage.books.accepted(AT)
    stage.books.step(case, "visit", AT, "surveyor", "second_surveyor")
    return Sent("reviewer", staff(case, "opinion/opinion/"), NOTE | {"outcome": "agree"})


@sends("post_notice")
def post_notice(stage: Stage) -> Sent:
    case = stage.books.accepted(AT)
    stage.books.step(case, "visit", AT, "surveyor", "second_surveyor")
    stage.books.step(case, "opinion", AT, "reviewer")
    return Sent("reviewer", staff(case, "notice/notice/"))


@sends("queue")
def queue(stage: Stage) -> Sent:
    stage.books.received(AT)
    return Sent("clerk", "/staff/queues/", {"title": "快到期的", "due": "soon", "shared": "yes"})


@sends("dispense")
def dispense(stage: Stage) -> Sent:
    return Sent("clerk", staff(stage.books.received(AT), "dispense/"), REASON)


@sends("terminate")
def terminate(stage: Stage) -> Sent:
    return Sent("approver", staff(stage.books.accepted(AT), "terminate/"), REASON)


@sends("special")
def special(stage: Stage) -> Sent:
    fields = {"procedure": "experts", "reason": "需请专家评审古籍借阅资格。", "planned_end": "2026-09-15"}
    return Sent("approver", staff(stage.books.accepted(AT), "special/"), fields)


@sends("extend")
def extend(stage: Stage) -> Sent:
    return Sent("approver", staff(stage.books.accepted(AT), "extend/"), REASON)


@sends("decide")
def decide(stage: Stage) -> Sent:
    return Sent("approver", staff(stage.ready_to_decide(), "decide/"), {"decision": "grant"})


@sends("decide_at_once")
def decide_at_once(stage: Stage) -> Sent:
    stage.immediate()
    case = stage.books.received(AT)
    both = stage.officer("both", "intake_clerk", library.TOWN)
    more = {*PERMISSIONS["intake_clerk"], "cases.decide"}
    stage.patch.setitem(PERMISSIONS, "intake_clerk", frozenset(more))
    return Sent(both, staff(case, "decide-at-once/"), {"decision": "grant"})


@sends("confirm_decision")
def confirm_decision(stage: Stage) -> Sent:
    case = stage.ready_to_decide()
    clerk, approver = stage.books.officer("clerk"), stage.books.officer("approver")
    operations.declare_relative(case_id=case.pk, relation="姐妹", actor=clerk, at=LATER)
    operations.propose_decision(case_id=case.pk, ruling=Ruling(True), actor=approver, at=LATER)
    return Sent("second_approver", staff(case, "confirm/"), {"answer": "agree"})


@sends("staff_correct")
def staff_correct(stage: Stage) -> Sent:
    fields = {"student": "no", "deposit": "50", "present": "yes"}
    return Sent("clerk", staff(stage.books.received(AT), "correct/"), fields)


@sends("deliver")
def deliver(stage: Stage) -> Sent:
    from tests.platform.cases.test_serving_decisions import decided

    case = decided(stage.books, "direct")
    stage.desk.go(LATER)
    return Sent("clerk", staff(case, "deliver/"), {"method": "direct", "receiver": "欧阳晓娜", "reference": ""})


@sends("staff_hearing")
def staff_hearing(stage: Stage) -> Sent:
    fields = {"deed": "inform", "reason": "拟不予办证，因为不住在本区。"}
    return Sent("reviewer", staff(stage.books.accepted(AT), "hearing/"), fields)


@sends("declare_relative")
def declare_relative(stage: Stage) -> Sent:
    return Sent("surveyor", staff(stage.books.accepted(AT), "relative/"), {"relation": "夫妻"})


@sends("transfer")
def transfer(stage: Stage) -> Sent:
    from onedoor.platform.identity.queries import divisions

    place = Division.objects.create(code="110100000000", name="北京", full_name="北京市", level=3, source=DOCUMENT)
    Division.objects.filter(code=library.COUNTY).update(parent=place)
    divisions._parents.cache_clear()
    city = Organization.objects.create(
        uscc="11110100MB0002050X",
        name="市图书局",
        short_name="市图",
        kind="organ",
        tier=3,
        division=place,
        recorded_at=AT,
        recorded_by="测试",
    )
    Organization.objects.filter(pk=stage.books.organs[library.COUNTY].pk).update(parent=city)
    return Sent("reviewer", staff(stage.books.accepted(AT), "transfer/"), REASON)


@sends("propose_revocation")
def propose_revocation(stage: Stage) -> Sent:
    return Sent("reviewer", staff(stage.granted(), "revocation/"), {"ending": "revoke", **WHY})


@sends("decide_revocation")
def decide_revocation(stage: Stage) -> Sent:
    granted, reviewer = stage.granted(), stage.books.officer("reviewer")
    case = operations.propose_revocation(case_id=granted.pk, ending="revoke", **WHY, actor=reviewer, at=LATER)
    operations.state_defence(
        case_id=case.pk, statement="租约是中介给的，我不知道是假的。", actor=stage.books.citizen(), at=LATER
    )
    fields = {"decision": "uphold", "reason": "租约经鉴定是伪造的，应当撤销。"}
    return Sent("approver", staff(case, "revocation/decide/"), fields)


@sends("voids")
def voids(stage: Stage) -> Sent:
    first, second = double(stage.books)
    fields = {"number": first.number, "original": second.number, "reason": "网络中断后系统重复提交了一次。"}
    return Sent("sysadmin", "/staff/voids/", fields)


@sends("objection")
def objection(stage: Stage) -> Sent:
    notice = PublicNotice.objects.get(case=stage.books.noticed(AT))
    from onedoor.platform.kernel.actors import Actor

    raised = operations.raise_objection(
        notice_id=notice.pk, text="他不住在本区，租约是假的。", contact="", actor=Actor.anonymous(), at=AT
    )
    fields = {"finding": "经上门核实，读者确住在本区。"}
    return Sent("reviewer", f"/staff/objections/{raised.pk}/", fields)


@sends("conflict")
def conflict(stage: Stage) -> Sent:
    from tests.platform.cases.test_conflicts import finding, report

    case = stage.books.accepted(AT)
    (found,) = report(case, finding(), at=AT)
    fields = {"settled": "declared", "reason": "已到分馆查看借书记录，确认押金已经退还。"}
    return Sent("reviewer", staff(case, f"conflicts/{found.pk}/"), fields)


@sends("calendar")
def calendar(stage: Stage) -> Sent:
    from tests.platform.cases.test_calendars import NOTICE

    return Sent("item_manager", "/staff/calendar/", NOTICE | {"confirm": "yes"})
