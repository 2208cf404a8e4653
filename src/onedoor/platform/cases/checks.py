"""`manage.py check`: every shipped item has what its cases will need."""

from typing import Any

from django.core.checks import CheckMessage, Error

from onedoor.platform.cases import handlers
from onedoor.platform.catalog.items import ServiceItem
from onedoor.platform.catalog.loading import read_item, shipped_files
from onedoor.platform.certificates.kinds import all_kinds
from onedoor.platform.exchange.connectors import all_connectors


def check_items(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """Django's system check over the items that come with the code."""
    found: list[CheckMessage] = []
    for path in shipped_files("items/*.yaml"):
        item = read_item(path)
        found += [Error(f"{path.name}: {fault}", id="onedoor.E001") for fault in faults_of(item)]
    return found


def faults_of(item: ServiceItem) -> list[str]:
    """Return what the item names and nobody has registered: its handler, connectors, machine steps."""
    handler = handlers.all_handlers().get(item.code)
    if handler is None:
        return [f"没有为事项 {item.code} 登记处理函数"]
    sources = {source for consent in item.consents for source in consent.sources}
    waivers = [paper.waiver for paper in item.materials if paper.waiver]
    sources |= {waiver.source for waiver in waivers if waiver.kind == "data"}
    faults = [f"没有登记数据来源 {source}" for source in sorted(sources - set(all_connectors()))]
    kinds = {waiver.source for waiver in waivers if waiver.kind == "certificate"}
    known = {kind.code for kind in all_kinds()}
    faults += [f"没有登记证照种类 {source}" for source in sorted(kinds - known)]
    machines = {step.code for step in item.steps if step.by == "machine"}
    faults += [f"机器环节 {code} 没有启动函数" for code in sorted(machines - set(handler.openers))]
    fields = [one for field in item.form.all_fields() for one in (field, *field.columns)]
    missing = {one.computes for one in fields if one.computes} - set(handler.computations)
    faults += [f"没有登记计算函数 {name}" for name in sorted(missing)]
    if any(step.by == "notice" for step in item.steps) and handler.notice_lines is None:
        faults.append("有公示环节，但没有说明公示什么")
    read = {step.days_parameter for step in item.steps if step.days_parameter}
    faults += [
        f"参数 {key} 没有列入处理函数采用的参数"
        for key in sorted(read)
        if not any(key.startswith(start) for start in handler.figures)
    ]
    if item.precheck and handler.precheck is None:
        faults.append("有自测问题，但没有自测规则")
    return faults
