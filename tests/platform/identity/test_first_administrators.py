"""The first three administrators of a real installation, opened on the command line."""

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from tests.platform.library import COUNTY, Library

from onedoor.platform.identity.models import Login, Organization

ORGAN = ("11110105MB0000040D", "--organization", "区民政局")


def open_one(monkeypatch: pytest.MonkeyPatch, username: str, role: str, *rest: str, division: str = COUNTY) -> str:
    monkeypatch.setattr("sys.stdin", io.StringIO("a-long-password-1\n"))
    out = io.StringIO()
    call_command("open_administrator", username, "张三", role, *rest, "--division", division, stdout=out)
    return out.getvalue()


def test_they_are_opened_once_each_at_an_organ_of_the_places_own_tier(
    books: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = open_one(monkeypatch, "SYS001", "sysadmin", *ORGAN)
    assert "动态口令密钥" in said
    organ = Organization.objects.get(uscc=ORGAN[0])
    assert (organ.tier, organ.division_id) == (4, COUNTY)
    open_one(monkeypatch, "SEC001", "secadmin", ORGAN[0])
    login = Login.objects.get(username="SEC001")
    assert login.posts.get().organization == organ
    before = login.password
    with pytest.raises(CommandError, match="已经有人用"):
        open_one(monkeypatch, "SEC001", "secadmin", ORGAN[0])
    login.refresh_from_db()
    assert login.password == before


@pytest.mark.parametrize(
    "wrong",
    [
        {"division": "999999000000"},
        {"rest": ("11110105MB0000041G",)},  # not registered, and no name is given
        {"rest": ("11110105MB00000410", "--organization", "区民政局")},  # its last character does not fit
    ],
)
def test_a_place_or_an_organ_that_is_none_is_told(
    books: Library, monkeypatch: pytest.MonkeyPatch, wrong: dict[str, Any]
) -> None:
    rest = wrong.pop("rest", ORGAN)
    with pytest.raises(CommandError):
        open_one(monkeypatch, "SYS001", "sysadmin", *rest, **wrong)
    assert not Login.objects.filter(username="SYS001").exists()
