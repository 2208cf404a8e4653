"""The one clock view of a bundle, drawn for the person and for the officers alike."""

from datetime import datetime

from onedoor.platform.bundles.queries import BundleView, MemberView
from onedoor.web.parts.spans import Drawing, Span, draw

TONES = {"done": "good", "denied": "bad", "not_handled": "bad", "not_possible": "bad", "to_complete": "wait"}


def tone_of(member: MemberView) -> str:
    """Return how a member is drawn: in words it stands beside it."""
    if member.row.is_ended:
        return TONES.get(member.row.state, "plain")
    return "bad" if member.lamp == "red" else "wait"


def drawn(view: BundleView, *, now: datetime) -> Drawing:
    """Return the one clock view: a bar for every member that is handed in here, and today."""
    spans = [
        Span(
            member.row.title,
            member.begins,
            member.ends,
            member.clock or str(member.row.get_state_display()),
            tone_of(member),
        )
        for member in view.online
    ]
    return draw(spans, now=now, title=view.case.version.title, until=view.case.due_at)
