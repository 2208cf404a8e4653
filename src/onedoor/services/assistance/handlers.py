"""What a case for 最低生活保障 sets off: prefill, checks, verification, judgement, register, certificate."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from onedoor.platform.cases import operations as cases
from onedoor.platform.cases import queries as case_queries
from onedoor.platform.cases.handlers import (
    Application,
    CaseHandler,
    NamedPerson,
    Wording,
)
from onedoor.platform.cases.models import Case
from onedoor.platform.certificates import operations as certificates
from onedoor.platform.certificates import queries as certificate_queries
from onedoor.platform.certificates.operations.history import ALIVE
from onedoor.platform.kernel.actors import Actor
from onedoor.services.assistance import operations, queries, verification
from onedoor.services.assistance.facts import household_facts, parameters
from onedoor.services.assistance.figures import PREFIX
from onedoor.services.assistance.models import Recognition
from onedoor.services.assistance.rules import judge_dibao, precheck_dibao
from onedoor.standards.id_numbers import parse_citizen_id
from onedoor.standards.judgement import Judgement
from onedoor.standards.masks import mask_name
from onedoor.standards.money import amount_in_words, format_money
from onedoor.standards.periods import age_on

ITEM = "assistance.dibao_apply"
CERTIFICATE = "assistance.minimum_living"
MACHINE = Actor.system("制证")


def check(application: Application) -> dict[str, str]:
    """Check across sections: the applicant among the members, the earners too, the account a member's own (A26)."""
    answers, problems = application.answers, {}
    members = answers.get("members", [])
    numbers = [row.get("id_number", "") for row in members]
    slipped = any(row.get("relation") == "SELF" and not row.get("id_number") for row in members)  # told by itself
    if application.applicant_id_number not in numbers and not slipped:
        problems["members"] = "家庭成员里没有申请人本人，请把申请人也填上。"
    for place, row in enumerate(answers.get("obligors", [])):
        if row.get("id_number") in numbers:
            problems[f"obligors.{place}.id_number"] = "一起生活的家人不用再填在赡养人里。"
    names = {row.get("name") for row in members}
    if answers.get("account_name") and answers["account_name"] not in names:
        problems["account_name"] = "收款账户必须是一起生活的家人本人的，不能用代办人或他人的账户。"
    for place, row in enumerate(answers.get("incomes", [])):
        if row.get("earner") and row["earner"] not in names:
            problems[f"incomes.{place}.earner"] = "只填一起生活的家人的收入；这个姓名不在家庭成员里，请核对。"
    return problems


def people(answers: Mapping[str, Any], on: date) -> Sequence[NamedPerson]:
    """Return the members and obligors named in the form; only complete rows."""
    found = []
    for role, table in (("member", "members"), ("obligor", "obligors")):
        for place, row in enumerate(answers.get(table) or []):
            if row.get("name") and row.get("id_number"):
                born = parse_citizen_id(row["id_number"]).birth_date
                adult = age_on(born, on) >= 18
                found.append(NamedPerson(row["name"], row["id_number"], role, place, adult))
    return found


def judge(case: Case, on: date) -> Judgement:
    return judge_dibao(household_facts(case, on), parameters(case.division, on), on)


def wording(case: Case, judgement: Judgement, granted: bool) -> Wording:
    """Put the decision into words."""
    value = judgement.value
    facts = [
        (
            f"经核实，你户共同生活的家庭成员 {value['people']} 人，计入的家庭月收入 {format_money(value['income'])} 元，"
            f"当地保障标准为每人每月 {format_money(value['standard'])} 元。"
        )
    ]
    basis = sorted({reason.article for reason in judgement.reasons} | {"《中华人民共和国社会救助法》第十八条"})
    if not granted:
        facts += [reason.text for reason in judgement.reasons]
        return Wording("不予确认决定书", "经审核，你户不符合最低生活保障条件，决定不予确认。", facts, basis)
    amount, month = value["monthly_amount"], value["start_month"]
    lines = (
        ("保障类别", "最低生活保障"),
        ("保障人数", f"{value['people']} 人"),
        ("月保障金", f"{format_money(amount)} 元（{amount_in_words(amount)}）"),
        ("起始月份", f"{month.year}年{month.month}月"),
        ("下次复核", value["review_due"].isoformat()),
    )
    return Wording("确认决定书", "经审核，你户符合最低生活保障条件，决定予以确认。", facts, basis, lines)


def notice_lines(case: Case, on: date) -> list[list[str]]:
    """Return what the village board shows: name (masked), people, category, amount, never numbers or addresses."""
    value = judge(case, on).value
    return [
        ["申请人", mask_name(case.applicant.name)],
        ["拟保障人数", f"{value['people']} 人"],
        ["拟定类别", "最低生活保障" if value["eligible"] else "不符合最低生活保障条件"],
        ["拟定月保障金", f"{format_money(value['monthly_amount'])} 元"],
        ["受理单位", case.receiving_organization.name],
    ]


def notice_days(case: Case, on: date) -> int:
    return parameters(case.division, on).integer("assist.pre_notice_days")


def conflicts_settled(case: Case) -> str:
    """An opinion waits until everything that was found otherwise has been looked into."""
    number = case_queries.open_conflicts(case)
    return f"还有 {number} 项查得与申报不一致的情况没有核实，核实后才能出具审核意见。" if number else ""


def register(case: Case, judgement: Judgement, *, actor: Actor, at: datetime) -> None:
    operations.recognize_household(case=case, judgement=judgement, actor=actor, at=at)


def certify(case: Case, *, at: datetime) -> None:
    """Issue the certificate in the transaction of the decision, then the step is done."""
    recognition = Recognition.objects.get(case_number=case.number)
    members = [row.person for row in case.people.filter(role="member").select_related("person").order_by("row")]
    organ = case.deciding_organization
    certificate = certificates.issue_certificate(
        kind=CERTIFICATE,
        holders=[certificates.Holder(name=case.applicant.name, person_id=case.applicant_id)],
        issuer=certificates.Issuer(organization_id=organ.pk, name=organ.name, code=organ.uscc),
        division=case.division,
        case_number=case.number,
        face={
            "recognition": recognition.number,
            "category": recognition.get_category_display(),
            "start_month": f"{recognition.start_month:%Y年%m月}",
            "monthly_amount": f"{format_money(recognition.monthly_amount)} 元",
            "members": [{"name": person.name, "relation": ""} for person in members],
        },
        valid_from=recognition.start_month,
        last_valid_on=recognition.review_due_on,
        number=recognition.number,
        actor=MACHINE,
        at=at,
    )
    cases.complete_step(
        case_id=case.pk,
        step="certify",
        outcome="issued",
        note="",
        facts={"certificate": certificate.identifier},
        actor=MACHINE,
        at=at,
    )


def revoke(
    case: Case, *, ending: str, reason: str, basis: str, document_number: str, actor: Actor, at: datetime
) -> None:
    """End the certificate a case has given; the register entry ends with it, as whenever a certificate is ended."""
    for certificate in certificate_queries.certificates_of_case(case_number=case.number):
        if certificate.status in ALIVE:
            certificates.end_certificate(
                certificate_id=certificate.pk,
                ending=ending,
                reason=reason,
                basis=basis,
                document_number=document_number,
                actor=MACHINE,
                at=at,
            )


dibao = CaseHandler(
    item=ITEM,
    judge=judge,
    wording=wording,
    check=check,
    people=people,
    precheck=precheck_dibao,
    precheck_parameters=PREFIX,
    figures=(PREFIX,),
    notice_lines=notice_lines,
    notice_days=notice_days,
    panels=queries.panels,
    openers={"verify": verification.start, "certify": certify},
    guards={"opinion": conflicts_settled},
    on_granted=register,
    on_revoked=revoke,
)
