"""The guide of an item in passages that can be cited one by one: the same words of the same version as its page shows."""

from collections.abc import Iterator
from dataclasses import dataclass

from onedoor.platform.catalog.items import ServiceItem

MOST_CITED = 1200  # characters of one passage; what is longer is read on the page itself


@dataclass(frozen=True)
class Passage:
    """One section of a guide: its anchor on the item's page, what it is called, what it says, how people ask for it."""

    part: str
    title: str
    text: str
    asked: tuple[str, ...] = ()


ASKED = {
    "gives": ("能得到什么", "好处", "待遇", "多少钱一个月", "发多少"),
    "conditions": ("条件", "资格", "谁可以申请", "够不够", "符合", "要求", "哪些人"),
    "materials": ("材料", "证件", "带什么", "要交什么", "准备什么", "资料", "手续"),
    "limits": ("多久", "几天", "多长时间", "时限", "期限", "什么时候", "办结", "多少天", "时间"),
    "fee": ("收费", "费用", "要钱", "花钱", "多少钱", "免费"),
    "visits": ("跑几次", "到现场", "亲自去", "网上办", "上门"),
    "steps": ("流程", "步骤", "程序", "环节", "顺序"),
    "contact": ("电话", "哪里办", "在哪", "地址", "窗口", "地点", "投诉", "监督"),
    "basis": ("法律", "依据", "规定", "文件", "条例"),
}


def passages_of(item: ServiceItem) -> list[Passage]:
    """Return the passages of an item's guide; a section with nothing in it has none."""
    return [
        Passage(part, title, text[:MOST_CITED], ASKED.get(part, ()))
        for part, title, text in [*_sections(item), *_questions(item)]
        if text
    ]


def _sections(item: ServiceItem) -> Iterator[tuple[str, str, str]]:
    limits, fee, visits = item.limits, item.fee, item.visits
    papers = "；".join(f"{paper.title}{_when(paper.required)}" for paper in item.materials)
    yield "gives", "能得到什么", item.gives
    yield "conditions", "谁可以申请", "".join(item.conditions)
    yield "materials", "要交的材料", f"{papers}。" if papers else "不用交材料。"
    yield "limits", "办理时限", f"承诺 {limits.promised.words}办结，法定期限 {limits.statutory.words}。"
    yield "fee", "收费", f"{fee.standard}（{fee.basis}）。" if fee.charged else "不收费。"
    yield "visits", "到现场次数", f"到现场 {visits.count} 次。{visits.reason}"
    yield "steps", "怎么办", "提交、受理、" + "、".join(step.title for step in item.steps) + "。"
    yield "contact", "咨询和投诉", "".join(_contact(item))
    yield "basis", "法律依据", "；".join(f"{one.law}{one.article}" for one in item.legal_basis) + "。"


def _when(required: bool) -> str:
    return "（必交）" if required else "（有此情况才交）"


def _contact(item: ServiceItem) -> Iterator[str]:
    for word, text in (("咨询", item.elements.consult), ("投诉", item.elements.supervise)):
        if text:
            yield f"{word}：{text.rstrip('。')}。"


def _questions(item: ServiceItem) -> Iterator[tuple[str, str, str]]:
    for place, one in enumerate(item.faq, start=1):
        yield f"faq-{place}", one["question"], one["answer"]
