"""The demonstration's policies and answers, and the search index over everything there is to find."""

from datetime import date, datetime

from onedoor.platform.kernel.actors import Actor
from onedoor.platform.knowledge import indexing, operations
from onedoor.platform.knowledge.models import Entry

MACHINE = Actor.system("演示数据")
COUNTY = "330113000000"
ORGAN = "杭州市临平区民政局（虚构）"
ENTRIES = (
    (
        "policy",
        "临平区最低生活保障办事规则（虚构）",
        "临民演〔2026〕1号",
        (
            "第一条 共同生活的一名家庭成员可以向户籍所在地镇街提出申请，也可以委托他人代办。\n"
            "第二条 审核确认后，从下个月起按月把保障金发到家庭成员的银行账户。\n"
            "第三条 家庭人口、收入、财产有变化的，应当在三十日内告诉镇街。\n"
            "第四条 对审核结果有异议的，可以在公示期内提出，也可以依法申请行政复议。"
        ),
    ),
    (
        "question",
        "领低保以后找到工作了怎么办？",
        "",
        "先告诉镇街您的新收入。收入增加后，镇街会按规定重新核算，不会因为您就业就当场停发。",
    ),
)


def load(*, at: datetime) -> int:
    """Publish what is not there yet, make the index anew, and return how many rows it has."""
    for kind, title, number, text in ENTRIES if not Entry.objects.exists() else ():
        version = operations.write_entry(
            number="",
            kind=kind,
            line="assistance",
            division=COUNTY,
            text=operations.Text(
                title=title,
                organ=ORGAN,
                document_number=number,
                issued_on=date(2026, 6, 20),
                valid_from=date(2026, 7, 1),
                valid_to=None,
                clauses=operations.clauses_of(text),
                item_codes=["assistance.dibao_apply"],
            ),
            actor=MACHINE,
            at=at,
        )
        operations.submit_entry(version_id=version.pk, actor=MACHINE, at=at)
        operations.approve_entry(version_id=version.pk, opinion="与原文一致。", actor=MACHINE, at=at)
    return sum(number for _, number in indexing.rebuild())
