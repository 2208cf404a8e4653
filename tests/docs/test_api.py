"""docs/api.md lists the codes the API gives by itself, and no other; the rooms' codes stand in audit-events.md."""

from onedoor.api.problems import BY_STATUS, OWN, TITLES
from tests.docs.pages import DOCS, first_cells, prose

PAGE = DOCS / "api.md"


def test_the_codes_of_the_api_are_listed_and_no_other() -> None:
    assert sorted(first_cells(prose(PAGE))) == sorted(OWN)


def test_every_code_by_status_is_one_of_them_and_every_status_has_its_title() -> None:
    assert set(BY_STATUS.values()) <= set(OWN)
    assert set(BY_STATUS) <= set(TITLES)
    assert all(chinese and english for chinese, english in (*TITLES.values(), *OWN.values()))
