"""Roles and what each may do (platform rules 2.3). A role is given as a post: for an organization and a division."""

from collections.abc import Iterable

ROLE_NAMES = {
    "intake_clerk": "窗口受理人员",
    "surveyor": "入户调查人员",
    "reviewer": "审核人员",
    "approver": "审批人员",
    "cert_officer": "制证人员",
    "finance": "财务人员",
    "assistant": "帮办代办员",
    "supervisor": "电子监察员",
    "item_manager": "事项管理员",
    "legal_reviewer": "法制审核人员",
    "emergency_officer": "应急发布人员",
    "data_steward": "数据管理员",
    "data_user": "数据使用员",
    "hotline_agent": "热线话务员",
    "hotline_supervisor": "热线管理员",
    "ticket_handler": "工单处置员",
    "sysadmin": "系统管理员",
    "secadmin": "安全管理员",
    "auditadmin": "审计管理员",
}

_CASE = frozenset({"cases.view"})

PERMISSIONS = {
    "intake_clerk": _CASE
    | {
        "cases.supplement",
        "cases.accept",
        "cases.refuse",
        "cases.deliver",
        "appointments.serve",
        "identity.deaths",
        "identity.reset_citizen",
        "identity.window",
        "feedback.handle",
        "feedback.screen",
        "knowledge.reply",
        "messages.reach",
        "payments.collect",
    },
    "surveyor": _CASE | {"cases.survey"},
    "reviewer": _CASE | {"cases.review", "cases.notice", "cases.settle", "identity.deaths", "feedback.handle"},
    "approver": _CASE | {"cases.decide", "registers.view", "certificates.view", "feedback.handle", "feedback.recheck"},
    "cert_officer": _CASE
    | {"cases.certify", "cases.deliver", "certificates.view", "certificates.stop", "registers.view"},
    # The finance post takes no money itself: it approves what goes back, goes through each day, and reports what was paid.
    "finance": frozenset({"payments.approve_refund", "payments.reconcile", "registers.record_payments"}),
    "assistant": _CASE | {"appointments.serve", "identity.window", "knowledge.reply", "messages.reach"},
    "supervisor": frozenset(
        {
            "supervision.view",
            "supervision.order",
            "exchange.watch",
            "feedback.recheck",
            "feedback.transcribe",
            "feedback.watch",
            "complaints.handle",
        }
    ),
    # A person never reviews what they have drafted (`catalog.own_draft`); a small office needs no third role for that.
    "item_manager": frozenset(
        {
            "appointments.manage",
            "channels.machines",
            "catalog.edit",
            "catalog.review",
            "catalog.approve",
            "knowledge.edit",
            "knowledge.approve",
            "knowledge.synonyms",
            "messages.edit",
            "messages.review",
            "parameters.edit",
            "publishing.accounts",
            "publishing.write",
            "publishing.release",
        }
    ),
    "legal_reviewer": frozenset({"catalog.review", "knowledge.approve", "messages.review", "publishing.release"}),
    # Who may reach everybody of a place at once does nothing else by this post.
    "emergency_officer": frozenset({"publishing.release", "publishing.emergency"}),
    # The steward answers for the data of the own organ; the data user is an officer of another organ.
    "data_steward": frozenset({"exchange.manage"}),
    "data_user": frozenset({"exchange.request", "exchange.use"}),
    # Neither the desk nor the unit sees a case by taking calls or handling an order (platform rules 2.3).
    "hotline_agent": frozenset({"channels.take", "cases.hand_over"}),
    "hotline_supervisor": frozenset({"channels.take", "channels.review", "cases.hand_over"}),
    "ticket_handler": frozenset({"channels.handle"}),
    "sysadmin": frozenset({"identity.manage", "cases.void", "network.manage"}),
    "secadmin": frozenset({"identity.reset", "identity.manage_security", "network.approve"}),
    "auditadmin": frozenset({"audit.view"}),
}

# Roles that decide, certify, watch or administer are given by two people: one appoints, the other approves.
POWERFUL = frozenset(
    {
        "approver",
        "cert_officer",
        "finance",
        "supervisor",
        "hotline_supervisor",
        "item_manager",
        "emergency_officer",
        "data_steward",
        "sysadmin",
        "secadmin",
        "auditadmin",
    }
)

# The three administrators are different people, and none of them does business (GB/T 22239 level 3).
ADMINISTRATORS = frozenset({"sysadmin", "secadmin", "auditadmin"})


def permissions_of(role: str) -> frozenset[str]:
    return frozenset(PERMISSIONS[role])


def may_hold_together(role: str, others: frozenset[str]) -> bool:
    """Tell whether one person may be given `role` beside the roles they hold already."""
    if role in ADMINISTRATORS:
        return not others - {role}
    return not others & ADMINISTRATORS


# What a system that calls the API may be given: a role of an officer, narrowed by scopes. Nothing here decides,
# issues, revokes, looks into accounts or the record: that is for people.
CLIENT_ROLES = ("intake_clerk", "cert_officer", "finance", "supervisor", "data_user")
SCOPE_NAMES = {
    "cases.read": "看办件",
    "cases.write": "收件、补正、不予受理、送达",
    "certificates.read": "看证照",
    "registers.read": "看登记簿",
    "benefits.write": "登记待遇发放",
    "datasets.use": "申请和使用共享数据",
    "supervision.read": "看监察",
}
SCOPES = {
    "cases.read": frozenset({"cases.view"}),
    "cases.write": frozenset({"cases.accept", "cases.supplement", "cases.refuse", "cases.deliver"}),
    "certificates.read": frozenset({"certificates.view"}),
    "registers.read": frozenset({"registers.view"}),
    "benefits.write": frozenset({"registers.record_payments"}),
    "datasets.use": frozenset({"exchange.request", "exchange.use"}),
    "supervision.read": frozenset({"supervision.view", "exchange.watch"}),
}


def scopes_for(role: str) -> list[str]:
    """Return the scopes that give a client of this role anything."""
    return [name for name, given in SCOPES.items() if role in CLIENT_ROLES and given & permissions_of(role)]


def permissions_within(role: str, scopes: Iterable[str]) -> frozenset[str]:
    """Return what a role may do as far as scopes let it."""
    return permissions_of(role) & frozenset().union(*(SCOPES.get(name, frozenset()) for name in scopes))
