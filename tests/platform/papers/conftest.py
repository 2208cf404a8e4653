import pytest
from tests.platform.desks import Desk
from tests.platform.papers.stage import AT, Applicant


@pytest.fixture
def applicant(desk: Desk) -> Applicant:
    desk.go(AT)
    return Applicant(desk)
