"""What a person is told about their data before the first question of a form (PIPL art. 17, 30, 35)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from onedoor.platform.cases.applications import TIERS
from onedoor.platform.cases.operations.expiry import kept_until
from onedoor.platform.catalog.items import ServiceItem


@dataclass(frozen=True)
class PrivacyNotice:
    """The notice in two layers: a few sentences, and behind them every question by section with what is sensitive."""

    purpose: str
    basis: str
    recipients: Sequence[str]
    kept: str
    asked: Sequence[tuple[str, str]]  # section and its questions
    sensitive: Sequence[str]


def asked_sources(item: ServiceItem) -> list[str]:
    """Return the connectors an application of this item asks by itself: for answers it fills in, for papers it waives."""
    facts = [field.prefill.removeprefix("fact:") for field in item.form.all_fields() if "fact:" in field.prefill]
    facts += [paper.waiver.source for paper in item.materials if paper.waiver and paper.waiver.kind == "data"]
    return [".".join(source.split(".")[:2]) for source in facts]


def privacy_notice(*, item: ServiceItem, division: str, departments: Sequence[str], at: datetime) -> PrivacyNotice:
    """Return the notice of an item at a place: what the item says itself, else what follows from its elements."""
    own = item.form.privacy
    tiers = dict.fromkeys((item.jurisdiction.receiving_tier, item.jurisdiction.deciding_tier))
    organs = f"{'、'.join(TIERS.get(tier, '国家') for tier in tiers)}受理和决定的机关"
    fields = [one for field in item.form.all_fields() for one in (field, *field.columns)]
    days = (kept_until(division=division, at=at) - at).days
    return PrivacyNotice(
        purpose=own.purpose or f"只用于办理“{item.title}”",
        basis=own.basis or "、".join(f"{basis.law}{basis.article}" for basis in item.legal_basis),
        recipients=[organs, *departments, *own.recipients],
        kept=own.kept or f"没有提交的草稿保留 {days} 天后删除；提交后随办件按档案规定保存",
        asked=[
            (section.title, "、".join(one.label for field in section.fields for one in (field.columns or (field,))))
            for section in item.form.sections
        ],
        sensitive=list(dict.fromkeys(field.label for field in fields if field.sensitive)),
    )
