"""The screen of a hall shows a number that is called without being drawn anew, and asks again by itself without scripts."""

from collections.abc import Callable
from typing import Any

import pytest

from onedoor.platform.appointments.models import CapacityPlan
from tests.browser.test_every_page import books, county
from tests.guard.site import NOW
from tests.platform.appointments.hall import Hall
from tests.platform.library import Library

__all__ = ["books", "county"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_number_that_is_called_comes_up_on_the_screen(county: Callable[..., Any], books: Library) -> None:
    context, _ = county("anonymous")
    plan = CapacityPlan.objects.select_related("service_point").get()
    hall, page = Hall(books, plan.service_point, plan), context.new_page()
    page.goto(f"/queue/screens/{plan.service_point_id}/")
    assert "请等候叫号" in page.inner_text("main")
    page.evaluate("window.stays = true")
    number = hall.next(NOW, "2").number
    page.get_by_text(number, exact=True).wait_for(timeout=15_000)
    assert page.evaluate("window.stays")  # the same page
    plain = context.browser.new_context(java_script_enabled=False, base_url=page.url)
    still = plain.new_page()
    still.goto(page.url)
    assert 'http-equiv="refresh"' in still.content()
    plain.close()
