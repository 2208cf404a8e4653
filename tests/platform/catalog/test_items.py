"""Items: what cannot be published, how they are found, versions beside each other."""

from datetime import date

import pytest
from pydantic import ValidationError
from tests.platform import library
from tests.platform.library import Library

from onedoor.platform.catalog import queries
from onedoor.platform.catalog.loading import ItemFileFaulty, read_item

STEPS = [
    {"code": "visit", "title": "上门", "permission": "cases.survey", "tier": 5, "after": ["accept"]},
    {
        "code": "decide",
        "title": "决定",
        "permission": "cases.decide",
        "tier": 4,
        "after": ["visit"],
        "state": "deciding",
    },
]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"steps": STEPS[:1]}, "decide"),
        ({"steps": [{**STEPS[0], "after": ["later"]}, STEPS[1]]}, "does not come before"),
        ({"steps": [{**STEPS[0], "excludes": ["decide"]}, STEPS[1]]}, "excludes"),
        ({"steps": [STEPS[0], STEPS[0], STEPS[1]]}, "repeat"),
        ({"steps": [{**STEPS[0], "permission": ""}, STEPS[1]]}, "permission"),
        ({"legal_basis": []}, "legal_basis"),
        ({"conditions": []}, "conditions"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_an_item_that_does_not_hang_together_is_refused(changes: dict[str, object], fault: str) -> None:
    with pytest.raises(ValidationError, match=fault):
        library.item(**changes)


def test_a_faulty_file_is_told_with_every_fault(tmp_path: object) -> None:
    from pathlib import Path

    path = Path(str(tmp_path)) / "faulty.yaml"
    path.write_text("code: library.card\ntitle: x\n", encoding="utf-8")
    with pytest.raises(ItemFileFaulty, match="legal_basis"):
        read_item(path)


def test_two_versions_hold_each_in_its_time(books: Library) -> None:
    library.publish(library.item(title="读者证办理"), valid_from=date(2026, 10, 1))
    assert queries.version_in_force(code="library.card", on=date(2026, 9, 30)).title == "借书证办理"
    assert queries.version_in_force(code="library.card", on=date(2026, 10, 1)).title == "读者证办理"
