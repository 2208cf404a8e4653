"""The page of a decision shows both decisions with what each would do; what the rule does not allow cannot be chosen."""

import re
from datetime import datetime, timedelta

import pytest
from tests.platform.desks import Desk, own, staff
from tests.platform.library import CHINA, DENIED, Library

from onedoor.platform.cases import handlers
from onedoor.platform.cases.models import Case
from onedoor.platform.cases.operations import duties
from onedoor.standards.judgement import Judgement

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)
LATER = AT + timedelta(days=8)


@pytest.fixture
def ready(books: Library) -> Case:
    case = books.noticed(AT)
    duties.close_ended_notices(at=LATER)
    return Case.objects.get(pk=case.pk)


def ways(page: str) -> tuple[str, str]:
    """Return the words of granting and of denying."""
    _, grant, deny = page.split('<section class="ruling__way', 2)
    return grant.split("</section>")[0], deny.split("</section>")[0]


def radio(way: str) -> str:
    found = re.search(r"<input type=\"radio\" name=\"decision\"[^>]*>", way)
    assert found is not None
    return found[0]


def test_each_decision_stands_with_its_paper_and_how_it_arrives(desk: Desk, ready: Case) -> None:
    desk.go(LATER)
    page = desk.page("approver", staff(ready, "decide/"))
    assert "verdict--good" in page
    grant, deny = ways(page)
    assert "准予办证。" in grant
    assert "确认决定书，电子送达" in grant
    assert "不予办证。" in deny
    assert "不予确认决定书，电子送达" in deny
    assert "六十日内向" in page.split("ruling__after")[1]
    assert "朝阳区人民政府" in page.split("ruling__after")[1]


def test_what_the_rule_does_not_allow_cannot_be_chosen_and_the_page_says_why(
    desk: Desk, ready: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handlers, "judge", lambda case, on: Judgement(value={"eligible": False}))
    desk.go(LATER)
    page = desk.page("approver", staff(ready, "decide/"))
    assert "verdict--bad" in page
    grant, deny = ways(page)
    assert "disabled" in radio(grant)
    assert "不能准予" in grant
    assert "disabled" not in radio(deny)
    desk.refused("approver", staff(ready, "decide/"), 409, decision="grant")
    desk.act("approver", staff(ready, "decide/"), **{**DENIED, "decision": "deny"})


def test_what_was_typed_against_the_applicant_is_kept_and_stays_open(desk: Desk, ready: Case) -> None:
    desk.go(LATER)
    page = desk.refused("approver", staff(ready, "decide/"), 422, decision="deny", reason="查到有两张借书证在用。")
    assert "checked" in radio(ways(page)[1])
    assert "查到有两张借书证在用。" in page


def test_the_applicant_reads_first_what_was_decided(desk: Desk, ready: Case) -> None:
    desk.go(LATER)
    desk.act("approver", staff(ready, "decide/"), decision="grant")
    page = desk.page("reader", own(ready))
    verdict = page.split('class="verdict')[1].split("</div>")[0]
    assert verdict.startswith(" verdict--good")
    assert "已批准" in verdict
    assert "准予办证。" in verdict
    assert f"/documents/{ready.documents.get(kind='grant').pk}.pdf" in verdict
    assert page.index('class="verdict') < page.index("办到哪了")


def test_a_denial_says_so_first_and_how_to_mend_it(desk: Desk, ready: Case) -> None:
    desk.go(LATER)
    assert 'class="verdict' not in desk.page("reader", own(ready))
    desk.act("approver", staff(ready, "decide/"), decision="deny", **DENIED)
    verdict = desk.page("reader", own(ready)).split('class="verdict')[1].split("</div>")[0]
    assert verdict.startswith(" verdict--bad")
    assert "没有批准" in verdict
    assert DENIED["how_to_fix"] in verdict
