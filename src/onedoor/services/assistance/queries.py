"""What the officer's case page shows of social assistance. The caller has fetched the case through a checked door."""

from collections.abc import Sequence

from onedoor.platform.cases.handlers import Panel, PanelRow
from onedoor.platform.cases.models import Case
from onedoor.platform.exchange.connectors import connector
from onedoor.platform.kernel.actors import Actor
from onedoor.services.assistance.models import (
    Recognition,
    SourceResult,
    Verification,
)
from onedoor.standards.masks import mask_name

SILENT = (SourceResult.State.FAILED, SourceResult.State.WAITING)


def panels(case: Case, actor: Actor) -> Sequence[Panel]:
    """Return the verification report and the register entry of a case; bank details stay out of it (brief 6.2)."""
    verification = Verification.objects.filter(case=case).first()
    if verification is None:
        return []
    return [*_recognitions(case), _sources(verification)]


def _sources(verification: Verification) -> Panel:
    """One row a person, one column a department: what was found there, or why nothing can be said."""
    results = list(verification.results.select_related("person").order_by("role", "person_id"))
    sources = sorted({result.source for result in results})
    people: dict[int, dict[str, SourceResult]] = {}
    for result in results:
        people.setdefault(result.person_id, {})[result.source] = result
    rows = [
        PanelRow(
            (
                mask_name(next(iter(found.values())).person.name),
                *(_said(found[source]) if source in found else "不查" for source in sources),
            ),
            mark="problem" if any(one.state in SILENT for one in found.values()) else "",
        )
        for found in people.values()
    ]
    oldest = min((result.as_of for result in results if result.as_of), default=None)
    dated = f"，数据截至 {oldest.isoformat()}" if oldest else ""
    return Panel(
        code="sources",
        title="经济状况核对",
        columns=("人员", *(connector(source).title for source in sources)),
        rows=rows,
        summary=f"{verification.get_conclusion_display()}{dated}",
        empty="还没有来源答复。",
    )


def _said(result: SourceResult) -> str:
    if result.state == SourceResult.State.ANSWERED:
        return f"{len(result.answer or [])} 条"
    return "无记录" if result.state == SourceResult.State.EMPTY else str(result.get_state_display())


def _recognitions(case: Case) -> list[Panel]:
    return [
        Panel(
            code="recognition",
            title="救助认定",
            columns=("登记编号", "类别", "起始月", "月保障金（元）", "下次复核"),
            rows=[
                PanelRow(
                    (
                        row.number,
                        row.get_category_display(),
                        f"{row.start_month:%Y-%m}",
                        str(row.monthly_amount),
                        row.review_due_on.isoformat(),
                    )
                )
            ],
        )
        for row in Recognition.objects.filter(case_number=case.number)
    ]
