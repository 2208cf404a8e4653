"""The short check before the form: the item's rule over a few answers. Gives reasons, promises nothing, stores nothing."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from onedoor.platform.cases import handlers
from onedoor.platform.catalog.forms import Section
from onedoor.platform.catalog.items import ServiceItem
from onedoor.platform.kernel.parameters import figures_needed, snapshot
from onedoor.standards.judgement import Judgement


def section_of(item: ServiceItem) -> Section | None:
    """Return the questions asked beforehand as one screen; None where the item asks none."""
    return Section(code="precheck", title="先看看是否符合条件", fields=item.precheck.fields) if item.precheck else None


def judge(item: ServiceItem, answers: Mapping[str, Any], *, chain: Sequence[str], on: date) -> Judgement:
    """
    Return the rule's answer for these answers at the place of `chain`.

    :raises LookupError: the item has a pre-check but its service registered no rule; `manage.py check` finds that first.
    """
    handler = handlers.for_item(item.code)
    if handler.precheck is None:
        raise LookupError(f"{item.code} has a pre-check without a rule")
    params = snapshot(prefix=handler.precheck_parameters, chain=chain, on=on)
    with figures_needed():
        return handler.precheck(answers, params, on)
