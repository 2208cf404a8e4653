"""What a program sends that needs a stage of its own: second halves of acts, and acts a page has several of."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from tests.platform import library
from tests.platform.cases.test_calendars import NOTICE
from tests.platform.library import CHINA, COUNTY, FRIEND, ITEM, MACHINE, READER, TOWN
from tests.platform.replays.appointments import hall_of
from tests.platform.replays.machines import API
from tests.platform.replays.stage import AT, LATER, RECIPES, Recipe, Sent, Stage, form, posts, sends

from onedoor.platform.cases import operations
from onedoor.platform.cases.models import Case, Conflict, Material, VoidRequest
from onedoor.platform.cases.operations import Finding
from onedoor.platform.cases.operations.desk import Defect
from onedoor.platform.catalog import operations as catalog
from onedoor.platform.exchange import operations as exchange
from onedoor.platform.exchange.models import DataObjection
from onedoor.platform.identity import operations as identity
from onedoor.platform.identity.models import Absence, AccountReset, Delegation, Guardianship, Login, Unit

NEXT_WEEK = (AT + timedelta(days=7)).date().isoformat()


def operation(path: str, method: str = "post") -> Callable[[Recipe], Recipe]:
    return posts(f"{API}{path}", method)


def did(stage: Stage, page: str) -> Any:
    """Send what a page's recipe prepares, and return its answer."""
    sent = RECIPES[page](stage)
    answer = stage.client(sent).post(sent.url, form({**sent.fields, "idempotency_key": f"before-{page}"}))
    assert answer.status_code == 302, answer.content.decode()
    return answer


# Applications


@operation("/drafts/{draft_id}/materials/{material_id}", "delete")
def remove_material(stage: Stage) -> Sent:
    draft = stage.books.draft(AT)
    return Sent("reader", f"{API}/drafts/{draft.pk}/materials/{Material.objects.get(draft=draft).pk}")


@operation("/applications")
def apply(stage: Stage) -> Sent:
    stage.published(materials=[])
    answers = {"name": READER.name, "id_number": READER.id_number, "student": False}
    return Sent(
        "reader", f"{API}/applications", {"item": ITEM, "sections": {"reader": {"answers": answers}}, "hand_in": True}
    )


@operation("/cases/{number}/supplement")
def supply(stage: Stage) -> Sent:
    case = stage.books.received(AT)
    defect = Defect("photo", problem="看不清楚", how_to_fix="在亮处重新拍一张", basis="《公共图书馆法》")
    operations.request_supplement(case_id=case.pk, defects=[defect], actor=stage.books.officer("clerk"), at=AT)
    content = RECIPES["draft_materials"](stage).fields["file_photo"]
    reader = stage.books.citizen()
    operations.attach_material(
        draft_id=None, case_id=case.pk, material="photo", content=content, name="a.jpg", actor=reader, at=AT
    )
    return Sent("reader", f"{API}/cases/{case.number}/supplement")


def asked_delegation(stage: Stage, *, by_reader: bool) -> Delegation:
    agent, principal = (stage.books.reader, FRIEND) if by_reader else (stage.books.friend, READER)
    return identity.ask_delegation(
        principal_name=principal.name,
        principal_id_number=principal.id_number,
        items=[ITEM],
        scopes=["view"],
        valid_to=date(2026, 12, 31),
        max_uses=None,
        actor=stage.books.citizen(agent),
        at=AT,
    )


@operation("/me/delegations/{delegation_id}/confirmation")
def confirm_delegation(stage: Stage) -> Sent:
    return Sent("reader", f"{API}/me/delegations/{asked_delegation(stage, by_reader=False).pk}/confirmation")


@operation("/me/delegations/{delegation_id}/revocation")
def revoke_delegation(stage: Stage) -> Sent:
    return Sent("reader", f"{API}/me/delegations/{asked_delegation(stage, by_reader=True).pk}/revocation")


@operation("/me/data-requests/{asked_id}/restriction")
def restrict(stage: Stage) -> Sent:
    case = stage.books.received(AT)
    operations.withdraw_case(case_id=case.pk, actor=stage.books.citizen(), at=AT)
    asked = operations.ask_deletion(actor=stage.books.citizen(), at=LATER)
    stage.desk.go(LATER)
    return Sent("reader", f"{API}/me/data-requests/{asked.pk}/restriction")


@operation("/me/sessions", "delete")
def end_other_sessions(stage: Stage) -> Sent:
    RECIPES["sessions"](stage)
    return Sent("reader", f"{API}/me/sessions")


# Cases


@operation("/cases/{number}/notices/{step}/closing")
def close_notice(stage: Stage) -> Sent:
    case = stage.books.noticed(AT)
    stage.desk.go(LATER)
    return Sent("reviewer", f"{API}/cases/{case.number}/notices/notice/closing")


@operation("/cases/{number}/special-procedure/end")
def end_special(stage: Stage) -> Sent:
    did(stage, "special")
    return Sent(
        "approver",
        f"{API}/cases/{Case.objects.get().number}/special-procedure/end",
        {"result": "专家评审同意借阅古籍。", "evidence": library.proof()},
    )


@operation("/cases/{number}/deliveries/arrival")
def arrival(stage: Stage) -> Sent:
    from tests.platform.cases.test_serving_decisions import decided

    case = decided(stage.books, "post")
    clerk = stage.books.officer("clerk")
    operations.deliver_document(case_id=case.pk, method="post", receiver="", reference="EMS1", actor=clerk, at=LATER)
    stage.desk.go(LATER)
    return Sent("clerk", f"{API}/cases/{case.number}/deliveries/arrival", {"receiver": "欧阳晓娜"})


def asked_hearing(stage: Stage) -> Case:
    case = stage.books.accepted(AT)
    reviewer = stage.books.officer("reviewer")
    operations.inform_hearing_right(case_id=case.pk, reason="拟不予办证，因为不住在本区。", actor=reviewer, at=AT)
    operations.request_hearing(case_id=case.pk, actor=stage.books.citizen(), at=AT)
    return case


def scheduled_hearing(stage: Stage) -> Case:
    case = asked_hearing(stage)
    operations.schedule_hearing(
        case_id=case.pk,
        held_at=datetime(2026, 9, 18, 9, 0, tzinfo=CHINA),
        place="图书馆二楼",
        is_public=True,
        presiding_post=stage.books.posts["second_approver"],
        actor=stage.books.officer("approver"),
        at=AT,
    )
    stage.desk.go(LATER)
    return case


@operation("/cases/{number}/hearing/schedule")
def schedule_hearing(stage: Stage) -> Sent:
    case = asked_hearing(stage)
    fields = {
        "held_at": "2026-09-18T09:00:00+08:00",
        "place": "图书馆二楼",
        "presider": stage.books.posts["cert_officer"],
    }
    return Sent("approver", f"{API}/cases/{case.number}/hearing/schedule", fields)


@operation("/cases/{number}/hearing/record")
def hold_hearing(stage: Stage) -> Sent:
    case = scheduled_hearing(stage)
    record = {"record": "主持人宣布听证开始，读者陈述其住在本区，出示了租约。"}
    return Sent("second_approver", f"{API}/cases/{case.number}/hearing/record", record)


@operation("/cases/{number}/hearing/signature")
def sign_hearing(stage: Stage) -> Sent:
    case = scheduled_hearing(stage)
    presider = stage.books.officer("second_approver")
    operations.hold_hearing(
        case_id=case.pk, record="主持人宣布听证开始，读者陈述其住在本区。", actor=presider, at=LATER
    )
    return Sent("second_approver", f"{API}/cases/{case.number}/hearing/signature", {"signed_by": "欧阳晓娜"})


@operation("/void-requests/{asked_id}/confirmation")
def confirm_void(stage: Stage) -> Sent:
    did(stage, "voids")
    return Sent("supervisor", f"{API}/void-requests/{VoidRequest.objects.get().pk}/confirmation")


def conflict_of(stage: Stage) -> Conflict:
    case = stage.books.accepted(AT)
    finding = Finding(
        fact="DEPOSIT",
        label="押金（元）",
        declared="100.00",
        found="200.00",
        differs=True,
        source="banks.balance",
        source_words="银行业金融机构：存款信息",
        as_of=date(2026, 8, 31),
    )
    return operations.report_findings(case_id=case.pk, findings=[finding], actor=MACHINE, at=AT)[0]


@operation("/cases/{number}/conflicts/{conflict_id}/explanation")
def explain(stage: Stage) -> Sent:
    row = conflict_of(stage)
    text = {"text": "多出的押金已经退还，有收据。"}
    return Sent("reader", f"{API}/cases/{row.case.number}/conflicts/{row.pk}/explanation", text)


SETTLED = {"settled": "declared", "reason": "已到分馆查看借书记录，确认押金已经退还。"}


@operation("/cases/{number}/conflicts/{conflict_id}/settlement")
def settle(stage: Stage) -> Sent:
    row = conflict_of(stage)
    return Sent("reviewer", f"{API}/cases/{row.case.number}/conflicts/{row.pk}/settlement", SETTLED)


# The window


@operation("/window/guardianships/{guardianship_id}/end")
def end_guardianship(stage: Stage) -> Sent:
    did(stage, "window_guard")
    found = Guardianship.objects.get()
    reason = {"reason": "监护人变更，法院另行指定。"}
    return Sent("clerk", f"{API}/window/guardianships/{found.pk}/end", reason)


@operation("/window/assistance", "delete")
def end_assistance(stage: Stage) -> Sent:
    did(stage, "assist")
    return Sent("clerk", f"{API}/window/assistance")


@operation("/window/resets")
def reset_citizen(stage: Stage) -> Sent:
    fields = {"name": READER.name, "id_number": READER.id_number, "witness_note": "本人持身份证到窗口，人证一致。"}
    return Sent("clerk", f"{API}/window/resets", fields)


@operation("/officers/resets/{reset_id}/approval")
def approve_reset(stage: Stage) -> Sent:
    guard, second = stage.officer("guard", "secadmin"), stage.officer("second_guard", "secadmin")
    note = "本人持工作证到场，与档案照片相符。"
    identity.reset_officer(username="approver", witness_note=note, actor=stage.books.officer(guard), at=AT)
    return Sent(second, f"{API}/officers/resets/{AccountReset.objects.get().pk}/approval")


@operation("/absences/{absence_id}/approval")
def approve_absence(stage: Stage) -> Sent:
    away = identity.record_absence(
        post_id=stage.books.posts["approver"],
        deputy_id=Login.objects.get(username="cert_officer").pk,
        first_day=AT.date(),
        last_day=AT.date(),
        actor=stage.books.officer("sysadmin"),
        at=AT,
    )
    return Sent(stage.officer("guard", "secadmin"), f"{API}/absences/{away.pk}/approval")


# The catalogue


@operation("/catalog/items/{code}/versions/{version}/deeds")
def act_on_version(stage: Stage) -> Sent:
    manager = stage.books.officer("item_manager")
    drafted = catalog.draft_version(item=library.item(title="读者证办理"), actor=manager, at=AT)
    return Sent("item_manager", f"{API}/catalog/items/{ITEM}/versions/{drafted.version}/deeds", {"deed": "submit"})


HOLIDAYS = {name: NOTICE[name] for name in ("off", "worked", "document")}


@operation("/calendar")
def import_year(stage: Stage) -> Sent:
    return Sent("item_manager", f"{API}/calendar", HOLIDAYS | {"year": 2027, "division": library.NATION})


# People and places


@operation("/officers/{login_id}/posts")
def appoint(stage: Stage) -> Sent:
    who = Login.objects.get(username="second_clerk")
    fields = {"organization": stage.books.organs[COUNTY].pk, "role": "surveyor", "valid_from": NEXT_WEEK}
    return Sent("sysadmin", f"{API}/officers/{who.pk}/posts", fields)


@operation("/officers/{login_id}/unlocking")
def unlock(stage: Stage) -> Sent:
    who = Login.objects.get(username="second_clerk")
    return Sent("secadmin", f"{API}/officers/{who.pk}/unlocking", {"reason": "本人持工作证到场，输错了密码。"})


@operation("/posts/{post_id}/approval")
def approve_post(stage: Stage) -> Sent:
    who = Login.objects.get(username="second_clerk")
    post = identity.appoint_officer(
        login_id=who.pk,
        organization_id=stage.books.organs[COUNTY].pk,
        role="approver",
        division=COUNTY,
        lines=[],
        valid_from=AT.date(),
        actor=stage.books.officer("sysadmin"),
        at=AT,
    )
    return Sent("secadmin", f"{API}/posts/{post.pk}/approval")


@operation("/posts/{post_id}/end")
def end_post(stage: Stage) -> Sent:
    return Sent("sysadmin", f"{API}/posts/{stage.books.posts['second_clerk']}/end", {"last_day": NEXT_WEEK})


@operation("/posts/{post_id}/move")
def move_post(stage: Stage) -> Sent:
    fields = {"organization": stage.books.organs[COUNTY].pk, "on": NEXT_WEEK}
    return Sent("sysadmin", f"{API}/posts/{stage.books.posts['second_clerk']}/move", fields)


@operation("/absences/{absence_id}/end")
def end_absence(stage: Stage) -> Sent:
    did(stage, "absences")
    return Sent("clerk", f"{API}/absences/{Absence.objects.get().pk}/end")


def of_organization(stage: Stage, act: str, **fields: Any) -> Sent:
    return Sent("sysadmin", f"{API}/organizations/{stage.books.organs[TOWN].pk}/{act}", fields)


@operation("/organizations/{organization_id}/name")
def rename_organization(stage: Stage) -> Sent:
    return of_organization(stage, "name", name="高碑店图书站", short_name="高图")


@operation("/organizations/{organization_id}/points")
def set_point(stage: Stage) -> Sent:
    return of_organization(stage, "points", kind="hall", name="一楼大厅", address="朝阳路 1 号")


@operation("/points/{point_id}/closing")
def close_point(stage: Stage) -> Sent:
    return Sent("sysadmin", f"{API}/points/{hall_of(stage).point.pk}/closing")


@operation("/organizations/{organization_id}/succession")
def succeed(stage: Stage) -> Sent:
    heir = stage.books.organs[COUNTY].pk
    return of_organization(stage, "succession", successors=[heir], document="朝编〔2026〕1号", on=NEXT_WEEK)


@operation("/units/{unit_id}/end")
def end_unit(stage: Stage) -> Sent:
    did(stage, "organization")
    return Sent("sysadmin", f"{API}/units/{Unit.objects.get().pk}/end")


@operation("/divisions/{code}/name")
def rename_division(stage: Stage) -> Sent:
    return Sent("sysadmin", f"{API}/divisions/{TOWN}/name", {"name": "高碑店街道", "on": AT.date().isoformat()})


@operation("/reorganisations")
def replace_divisions(stage: Stage) -> Sent:
    did(stage, "divisions")
    pair = {"ended": TOWN, "successor": "110105200000"}
    return Sent(
        "sysadmin", f"{API}/reorganisations", {"successions": [pair], "document": "民函〔2026〕1号", "on": NEXT_WEEK}
    )


# Data


def asked_sharing(stage: Stage) -> str:
    return str(did(stage, "sharing_ask").headers["Location"]).rstrip("/").rpartition("/")[2]


def granted_sharing(stage: Stage) -> str:
    number = asked_sharing(stage)
    steward = stage.books.officer("steward")
    exchange.grant_sharing(
        number=number, fields=["kind"], last_valid_on=date(2027, 6, 30), most_a_day=None, actor=steward, at=AT
    )
    return number


@operation("/sharing/{number}/refusal")
def refuse_sharing(stage: Stage) -> Sent:
    fields = {"reason": "不属于履职所必需，不同意共享。", "basis": "《数据安全法》第三十八条"}
    return Sent("steward", f"{API}/sharing/{asked_sharing(stage)}/refusal", fields)


@operation("/sharing/{number}/provision")
def provide_sharing(stage: Stage) -> Sent:
    return Sent("steward", f"{API}/sharing/{granted_sharing(stage)}/provision")


@operation("/sharing/{number}/revocation")
def revoke_sharing(stage: Stage) -> Sent:
    number = granted_sharing(stage)
    return Sent("steward", f"{API}/sharing/{number}/revocation", {"reason": "申请单位职能已经调整，不再需要。"})


def used(stage: Stage) -> str:
    """Return the receipt of a use of the reader's data."""
    import uuid

    from onedoor.platform.exchange.models import Query

    stage.officer("steward", "data_steward", TOWN)
    asked = Query.objects.create(
        id=uuid.uuid4(),
        connector="banks.balance",
        person=stage.books.reader,
        purpose="library.check",
        legal_basis="《公共图书馆法》第三十六条",
        business="1",
        asked_by="系统",
        asked_at=AT,
        state="answered",
        answered_at=AT,
    )
    return str(asked.pk)


OBJECTION = {"kind": "wrong", "text": "这不是我的存款，请核对。"}


@operation("/me/uses/{receipt}/objections")
def object_to_use(stage: Stage) -> Sent:
    return Sent("reader", f"{API}/me/uses/{used(stage)}/objections", OBJECTION)


def objected(stage: Stage) -> DataObjection:
    receipt = used(stage)
    exchange.object_to_use(receipt=receipt, **OBJECTION, actor=stage.books.citizen(), at=AT)  # type: ignore[arg-type]
    return DataObjection.objects.get()


@operation("/data-objections/{objection_id}/answer")
def answer_objection(stage: Stage) -> Sent:
    fields = {"upheld": True, "answer": "已向银行核对，存款记录有误，现已更正。"}
    return Sent("steward", f"{API}/data-objections/{objected(stage).pk}/answer", fields)


# Systems that call the API


def registered(stage: Stage) -> int:
    made = identity.register_client(
        name="叫号系统",
        purpose="大厅叫号",
        organization_id=stage.books.organs[COUNTY].pk,
        role="intake_clerk",
        division=COUNTY,
        lines=[],
        scopes=["cases.read"],
        last_day=LATER.date(),
        actor=MACHINE,
        at=AT,
    )
    return int(made.pk)


@operation("/systems")
def register_system(stage: Stage) -> Sent:
    fields = {
        "name": "叫号系统",
        "purpose": "大厅叫号",
        "organization": stage.books.organs[COUNTY].pk,
        "role": "intake_clerk",
        "scopes": ["cases.read"],
        "last_day": NEXT_WEEK,
    }
    return Sent("sysadmin", f"{API}/systems", fields)


@operation("/systems/{login_id}/approval")
def approve_system(stage: Stage) -> Sent:
    return Sent("secadmin", f"{API}/systems/{registered(stage)}/approval")


@operation("/systems/{login_id}/renewal")
def renew_system(stage: Stage) -> Sent:
    number = registered(stage)
    identity.approve_client(login_id=number, actor=MACHINE, at=AT)
    return Sent("secadmin", f"{API}/systems/{number}/renewal", {"last_day": NEXT_WEEK})


@operation("/systems/{login_id}/suspension")
def suspend_system(stage: Stage) -> Sent:
    return Sent("sysadmin", f"{API}/systems/{registered(stage)}/suspension", {"reason": "密钥可能泄露"})


@operation("/systems/{login_id}/resumption")
def resume_system(stage: Stage) -> Sent:
    number = registered(stage)
    identity.suspend_client(login_id=number, reason="密钥可能泄露", actor=MACHINE, at=AT)
    return Sent("secadmin", f"{API}/systems/{number}/resumption")


@sends("new_client")
def new_client(stage: Stage) -> Sent:
    fields = register_system(stage).fields
    return Sent("sysadmin", "/staff/clients/new/", fields)


@sends("client")
def client(stage: Stage) -> Sent:
    return Sent("secadmin", f"/staff/clients/{registered(stage)}/", {"act": "approve"})
