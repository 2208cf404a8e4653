"""What is put right on the spot is checked as a whole: computed anew, nothing asked left open, relatives filed."""

from datetime import date, datetime

import pytest
from tests.platform import library
from tests.platform.library import CHINA, Library

from onedoor.platform.cases import operations
from onedoor.platform.cases.models import Case
from onedoor.platform.kernel.errors import InvalidInput

AT = datetime(2026, 9, 1, 10, 0, tzinfo=CHINA)


def test_a_correction_that_asks_for_more_answers_is_refused_at_the_field(books: Library) -> None:
    case = books.received(AT)
    with pytest.raises(InvalidInput) as refused:
        operations.correct_answers(case_id=case.pk, corrections={"student": True}, actor=books.officer("clerk"), at=AT)
    assert "school" in refused.value.by_field
    assert Case.objects.get(pk=case.pk).declared.content["student"] is False


def test_a_relative_named_by_correction_is_filed_as_at_the_submission(books: Library) -> None:
    form = library.item().model_dump(mode="json", by_alias=True)["form"]
    form["sections"][0]["fields"].append({"code": "near_relative", "type": "yes_no", "label": "有没有近亲属是馆员"})
    library.publish(library.item(form=form), valid_from=date(2026, 8, 1))
    case = books.received(AT, near_relative="no")
    operations.correct_answers(
        case_id=case.pk, corrections={"near_relative": True}, actor=books.officer("clerk"), at=AT
    )
    assert case.relatives.get().source == "answer"
