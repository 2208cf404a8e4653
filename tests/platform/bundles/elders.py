"""An invented entitlement: whoever is over sixty and known to read may have a small locker without asking."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest

from onedoor.platform.bundles import entitlements
from onedoor.platform.bundles.entitlements import Entitlement, Someone, Verdict
from onedoor.platform.identity.models import Person
from onedoor.standards.judgement import Reason

OLD_ENOUGH = 60
READS: set[int] = set()  # the register of readers, for these tests
NAMES: dict[int, str] = {}
HAVE: set[int] = set()


def eligible(facts: Mapping[str, Any], on: date) -> Verdict:
    """Over sixty and a reader: yes; whose age is not known: unknown; everybody else: no."""
    if "age" not in facts:
        return Verdict("unknown", (Reason("no_birth", "出生日期不明。", "《借书规则》第二条"),))
    if facts["age"] < OLD_ENOUGH:
        return Verdict("no", (Reason("too_young", "不满六十岁。", "《借书规则》第二条"),))
    return Verdict("yes", (Reason("old_enough", f"您今年 {facts['age']} 岁，满六十岁。", "《借书规则》第二条"),))


def facts(people: Sequence[Someone], on: date) -> Mapping[int, Mapping[str, Any]]:
    names = Person.objects.filter(pk__in=[one.id for one in people]).values_list("pk", "name")
    return {pk: {"name": name} for pk, name in names}


def receiving(people: Collection[int], on: date) -> set[int]:
    return HAVE & set(people)


ELDERS = Entitlement(
    code="library.elder_locker",
    item="library.locker",
    title="长者储物柜",
    gives="满六十岁的读者可以免费用一个小柜子。",
    line="lockers",
    purpose="看您能不能免费用柜子",
    period="year",
    eligible=eligible,
    facts=facts,
    receiving=receiving,
    answers=lambda known: {"holder": known["name"], "size": "small"},
)


@contextmanager
def offered(patch: pytest.MonkeyPatch, entitlement: Entitlement = ELDERS) -> Iterator[None]:
    """Let only this entitlement be registered."""
    with patch.context() as inner:
        inner.setattr(entitlements, "_entitlements", {entitlement.code: entitlement})
        HAVE.clear()
        yield
