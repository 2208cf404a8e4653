"""A suspension cannot be got rid of by a new version (platform 11); a new version names its case."""

import pytest
from tests.platform.cases.test_linked_cases import DONE, granted
from tests.platform.desks import Desk

from onedoor.platform.cases.models import Case
from onedoor.platform.certificates import operations
from onedoor.platform.certificates.models import Certificate
from onedoor.platform.kernel.errors import InvalidInput

__all__ = ["granted"]
WORDS = {"reason": "遗失补发一张新的", "basis": "法"}


def versions() -> list[tuple[int, str]]:
    return list(Certificate.objects.order_by("version").values_list("version", "status"))


def test_a_suspended_certificate_is_resumed_before_it_gets_a_new_version(desk: Desk, granted: Case) -> None:
    desk.go(DONE)
    card = Certificate.objects.get()
    officer = desk.books.officer("cert_officer")
    operations.suspend_certificate(
        certificate_id=card.pk, reason="涉嫌转借他人，调查期间暂扣", basis="法", actor=officer, at=DONE
    )
    page = desk.refused("cert_officer", f"/staff/certificates/{card.identifier}/change/", 422, **WORDS)
    assert "正在暂扣" in page
    assert len(versions()) == 1
    operations.resume_certificate(certificate_id=card.pk, reason="查明没有转借", basis="法", actor=officer, at=DONE)
    desk.act("cert_officer", f"/staff/certificates/{card.identifier}/change/", **WORDS)
    assert len(versions()) == 2


def test_a_new_version_without_a_case_is_refused_before_the_database_does(card, librarian) -> None:
    with pytest.raises(InvalidInput) as refused:
        operations.reissue_certificate(certificate_id=card.pk, reason="遗失", case_number=" ", actor=librarian, at=DONE)
    assert set(refused.value.problems) == {"case_number"}
