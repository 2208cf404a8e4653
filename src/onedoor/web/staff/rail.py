"""The rail of the workbench: what waits by duty, then what else the post in use opens, in groups."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from onedoor.platform.cases import queries as cases
from onedoor.platform.kernel.actors import Actor
from onedoor.web.parts.actors import actor_of


@dataclass(frozen=True)
class Entry:
    """A way of the rail; `permissions` are those of which one opens it, none means everybody."""

    title: str
    icon: str
    page: str
    permissions: frozenset[str] = frozenset()
    pages: frozenset[str] = frozenset()  # the pages below it

    def is_open_to(self, actor: Actor) -> bool:
        return not self.permissions or bool(self.permissions & set(actor.permissions))


def _entry(title: str, icon: str, page: str, permissions: str = "", pages: str = "") -> Entry:
    return Entry(title, icon, page, frozenset(permissions.split()), frozenset(pages.split()))


GROUPS = (
    (
        "窗口",
        (
            _entry(
                "窗口服务",
                "window",
                "window",
                "identity.window",
                "window_verify window_delegate window_guard window_lookup assist",
            ),
            _entry("叫号", "list", "halls", "appointments.serve", "hall"),
            _entry("群众提问", "window", "questions", "knowledge.reply", "question"),
            _entry("待通知", "notice", "outreach_list", "messages.reach", "outreach"),
            _entry("死亡登记", "notice", "deaths", "identity.window identity.deaths", "death"),
            _entry("重置账号", "key", "reset", "identity.reset identity.reset_citizen"),
        ),
    ),
    (
        "查阅",
        (
            _entry("监察台", "gauge", "board", "supervision.view", "board_rows pauses paused_cases"),
            _entry("登记簿", "book", "registers", "registers.view", "register register_entry"),
            _entry(
                "证照",
                "seal",
                "staff_certificates",
                "certificates.view",
                "staff_certificate staff_check_batch staff_imports staff_imported revoke certificate_suspend"
                " certificate_resume certificate_print certificate_change",
            ),
            _entry("承诺核查", "notice", "checks", "cases.review supervision.view", "staff_commitment"),
            _entry(
                "一件事",
                "list",
                "staff_bundles",
                "cases.view catalog.edit catalog.review",
                "staff_bundle bundle_new bundle_version",
            ),
            _entry(
                "免申即享",
                "notice",
                "staff_offers",
                "cases.review supervision.view",
                "staff_left_out staff_contested",
            ),
            _entry("审计", "shield", "audit", "audit.view", "replay"),
        ),
    ),
    (
        "群众评价",
        (
            _entry("差评", "flag", "reviews", "feedback.handle feedback.recheck", "review"),
            _entry("评价屏", "device", "screens", "feedback.screen"),
            _entry("电话和纸质评价", "list", "transcribe", "feedback.transcribe"),
            _entry("评价数字", "gauge", "rating_figures", "feedback.watch", "rating_rows_behind"),
            _entry("投诉举报", "flag", "complaints", "complaints.handle", "complaint reports"),
            _entry("办不成事", "flag", "unsolved_list", "complaints.handle"),
            _entry("要求说明", "notice", "inquiries", "feedback.handle", "inquiry"),
            _entry("举报查阅岗位", "key", "report_access", "identity.manage_security"),
        ),
    ),
    (
        "收费",
        (
            _entry("退付", "swap", "refunds", "payments.collect payments.approve_refund", "refund"),
            _entry("日对账", "list", "reconciliations", "payments.reconcile", "reconciliation"),
        ),
    ),
    (
        "热线",
        (
            _entry("接来电", "device", "hotline_call", "channels.take"),
            _entry(
                "热线工单",
                "list",
                "hotline_orders",
                "channels.take channels.review channels.handle",
                "hotline_order",
            ),
            _entry("派单目录", "sliders", "hotline_catalogue", "channels.take channels.review"),
        ),
    ),
    (
        "数据",
        (
            _entry(
                "数据共享",
                "swap",
                "sharing_list",
                "exchange.manage exchange.request",
                "sharing sharing_ask sharing_use",
            ),
            _entry("数据异议", "flag", "data_objections", "exchange.manage", "data_objection"),
            _entry("数据质量工单", "flag", "quality_tickets", "exchange.manage", "quality_ticket"),
            _entry("数据来源", "map", "sources", "exchange.manage exchange.watch", "source"),
        ),
    ),
    (
        "管理",
        (
            _entry(
                "事项目录",
                "paper",
                "staff_items",
                "catalog.edit catalog.review",
                "item_new staff_item item_draft item_version item_simulation offering_draft staff_offering",
            ),
            _entry(
                "政策与问答",
                "book",
                "staff_entries",
                "knowledge.edit knowledge.approve",
                "staff_entry staff_entry_new staff_entry_edit synonyms",
            ),
            _entry(
                "信息发布",
                "notice",
                "publications",
                "publishing.write publishing.release",
                "publication publication_new publication_edit publication_reach media_accounts",
            ),
            _entry("参数表", "sliders", "parameters", "parameters.edit catalog.review", "parameter parameter_proposal"),
            _entry("号源", "calendar", "plans", "appointments.manage", "plan_new plan plan_day"),
            _entry("自助终端", "device", "staff_kiosks", "channels.machines", "staff_kiosk"),
            _entry(
                "消息模板", "paper", "templates", "messages.edit messages.review", "template template_version providers"
            ),
            _entry("工作日历", "calendar", "calendar", "parameters.edit"),
            _entry("人员", "people", "people", "identity.manage identity.manage_security", "new_officer officer"),
            _entry("单位", "building", "organizations", "identity.manage identity.manage_security", "organization"),
            _entry("接口客户端", "swap", "clients", "identity.manage identity.manage_security", "new_client client"),
            _entry("节点网络", "swap", "nodes", "network.manage network.approve", "new_node node"),
            _entry("区划变更", "pin", "divisions", "identity.manage"),
            _entry("作废重复办件", "list", "voids", "cases.void supervision.order"),
            _entry("查询权暂停", "eye", "suspensions", "identity.manage_security"),
        ),
    ),
    (
        "我",
        (
            _entry("代岗", "swap", "absences"),
            _entry("登录的设备", "device", "sessions"),
        ),
    ),
)


def groups(actor: Actor) -> list[tuple[str, list[Entry]]]:
    """Return the groups with what the post in use opens; a group with nothing is left out."""
    open_groups = [(title, [entry for entry in entries if entry.is_open_to(actor)]) for title, entries in GROUPS]
    return [(title, entries) for title, entries in open_groups if entries]


def duties(request: HttpRequest) -> dict[str, Any]:
    """Context processor: how much waits by duty, counted only by pages that show the rail."""
    return {"duties": SimpleLazyObject(lambda: cases.duty_counts(actor=actor_of(request)))}
