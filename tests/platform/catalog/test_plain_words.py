"""R-COM-4: what somebody is asked to promise fits on a page, in words that are understood when read aloud."""

from datetime import date
from typing import Any

import pytest
from tests.platform import library
from tests.platform.library import Library
from tests.platform.papers.stage import paper
from tests.platform.papers.test_commitments import POLICY

from onedoor.platform.catalog.elements import publication_faults
from onedoor.platform.catalog.operations import NotPublishable
from onedoor.platform.catalog.plain_words import ONE_PAGE


def definition(**policy: str) -> dict[str, Any]:
    given = library.item(materials=[paper("clean", "无欠书证明", commitment=POLICY | policy)])
    return given.model_dump(mode="json", by_alias=True)


def told(**policy: str) -> str:
    return " ".join(fault.sentence for fault in publication_faults(definition(**policy)))


def test_a_commitment_in_plain_words_may_be_published() -> None:
    assert publication_faults(definition()) == []


def test_the_whole_of_it_fits_on_one_page() -> None:
    short = "我承诺没有未还的图书。"
    most = ONE_PAGE - len(POLICY["told"]) - len(POLICY["text"])  # type: ignore[arg-type]
    assert told(liability=(short * 90)[:most]) == ""
    assert f"共 {ONE_PAGE + 1} 个字，一页放不下" in told(liability=(short * 90)[: most + 1])


@pytest.mark.parametrize(
    ("part", "words", "complaint"),
    [
        ("text", "予以归还。", "承诺内容：“予以”不好懂，请改为“给”。"),
        ("text", "特此承诺。", "“特此”不好懂，请删去。"),
        ("told", "前述图书已还。", "证明义务：“前述”不好懂，请改为“前面说的”。"),
        ("liability", "书" * 61 + "。", "一句有 61 个字，念出来听不明白，请分成几句"),
    ],
)
def test_hard_words_and_long_sentences_are_told_with_what_to_write_instead(
    part: str, words: str, complaint: str
) -> None:
    assert complaint in told(**{part: words})


@pytest.mark.parametrize("words", ["书" * 60 + "。" + "书" * 60 + "。", "依据《" + "馆" * 80 + "》须证明没有欠书。"])
def test_a_sentence_at_the_bound_and_the_name_of_a_law_are_no_fault(words: str) -> None:
    assert told(told=words) == ""


def test_what_is_hard_to_read_is_not_published(books: Library) -> None:
    hard = POLICY | {"text": "鉴于上述情形，特此承诺。"}
    with pytest.raises(NotPublishable, match="鉴于"):
        library.publish(
            library.item(materials=[paper("clean", "无欠书证明", commitment=hard)]), valid_from=date(2026, 8, 1)
        )
