"""A day is told as it is here, whatever the hour in Greenwich."""

from datetime import UTC, date, datetime

from django.template import Context, Template


def render(value: object) -> str:
    return Template("{% load say %}{{ value|chinese_day }}").render(Context({"value": value}))


def test_a_moment_after_midnight_here_is_told_with_the_day_here() -> None:
    assert render(datetime(2026, 11, 26, 17, 26, tzinfo=UTC)) == "2026年11月27日 周五"
    assert render(date(2026, 11, 26)) == "2026年11月26日 周四"
    assert render(None) == ""
