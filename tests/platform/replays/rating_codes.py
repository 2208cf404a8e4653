"""A visit at a window that may be rated with a known code."""

from tests.platform.library import TOWN, Library

from onedoor.platform.feedback.models import Invitation
from onedoor.platform.kernel import digit_codes

KNOWN_CODE = "123456789012"


def rating_code(books: Library) -> str:
    """Let a visit at the town's hall be rated, and return its code."""
    Invitation.objects.create(
        reference="visit:1:2026-09-02:A001",
        phase="final",
        organization=books.organs[TOWN],
        division=TOWN,
        title="便民服务中心",
        window="3 号窗口",
        code_digest=digit_codes.digest_of(KNOWN_CODE, purpose="feedback.rating"),
        invited_on="2026-09-02",
        last_day="2026-09-16",
    )
    return KNOWN_CODE
