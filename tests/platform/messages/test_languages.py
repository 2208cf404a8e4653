"""A person is told in the language they have chosen; what has no words in it, and every document, stays Chinese."""

import pytest
from tests.platform.desks import Desk
from tests.platform.library import Library
from tests.platform.messages.test_ways import AT, WAYS, tell

from onedoor.platform.kernel.languages import CHINESE, languages
from onedoor.platform.messages import rules, shipped
from onedoor.platform.messages.models import Message, TemplateVersion

LONGEST = {"sms": 280, "email": 600, "wechat": 400, "push": 100}  # letters of the alphabet are half as wide


def told(source: str, channel: str = "inbox") -> str:
    return str(Message.objects.get(source=source, channel=channel).text)


def test_every_shipped_notice_has_its_english() -> None:
    words = languages()["en"].words
    for template in shipped.every():
        for channel, text in template.texts.items():
            assert text in words, f"{template.code}: {text}"
            assert set(rules.variables_in(words[text])) == set(rules.variables_in(text)), template.code
            assert len(words[text]) <= LONGEST.get(channel, 600), template.code


@pytest.mark.django_db
def test_who_has_chosen_english_is_told_in_english(desk: Desk) -> None:
    desk.go(AT)
    desk.act("reader", WAYS, deed="choose_language", language="en")
    ways = tell(desk.books)
    assert told("action:1").startswith("“Library card”: accepted, to be decided by 2026-09-15")
    assert "You have a civil affairs notice" in told("action:1", ways.pop())
    desk.act("reader", WAYS, deed="choose_language", language="zh")
    tell(desk.books, source="action:2")
    assert told("action:2").startswith("“借书证办理”申请已受理")


@pytest.mark.django_db
def test_words_changed_at_a_site_stay_chinese_until_they_have_their_english(books: Library, desk: Desk) -> None:
    desk.go(AT)
    desk.act("reader", WAYS, deed="choose_language", language="en")
    tell(desk.books)
    TemplateVersion.objects.filter(code="cases.accept", channel="inbox").update(text="{item}受理了，{promised}{later}")
    tell(desk.books, source="action:2")
    assert CHINESE.search(told("action:2"))


@pytest.mark.django_db
def test_a_language_this_site_does_not_have_is_refused(desk: Desk) -> None:
    desk.go(AT)
    assert desk.post("reader", WAYS, deed="choose_language", language="xx").status_code == 422
