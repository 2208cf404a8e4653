"""Files that arrive are charged to whoever sends them, before any page has looked at them."""

from onedoor.platform.cases import queries
from onedoor.platform.feedback import queries as feedback
from onedoor.platform.files import quotas
from onedoor.platform.files.ownership import owner_of
from onedoor.platform.files.posted import SealingUploadHandler
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import OneDoorError
from onedoor.web.parts.actors import actor_of

PASS_KEY = "early_pass"  # in the session: what opens the form being filled in before logging in
COMPLAINT_KEY = "complaint"  # in the session: which complaint was opened by its code
PASS_HEADER = "X-Draft-Pass"


class MeteredUploadHandler(SealingUploadHandler):
    """
    Asks who sends a form and how much that one may bring today.

    Without a log-in a file is brought only for a form that is filled in before logging in, or for a complaint, by whoever
    has opened it.
    """

    def room(self) -> int:
        owner = self._sender()
        return quotas.room(owner, at=clock.now()) if owner else 0

    def refusal(self) -> type[OneDoorError]:
        return quotas.refusal_for(self._sender())

    def charge(self, size: int) -> None:
        owner = self._sender()
        if owner:
            quotas.charge(owner, size, at=clock.now())

    def _sender(self) -> str:
        """Return who sends it, "" where that is nobody who may bring anything."""
        if self.request is None:
            return ""
        actor = actor_of(self.request)
        if actor.kind != "anonymous":
            return owner_of(actor)
        key = self.request.headers.get(PASS_HEADER) or self.request.session.get(PASS_KEY, "")
        if sender := queries.sender_before_login(key=str(key), at=clock.now()):
            return sender
        return feedback.takes_papers(complaint_id=self.request.session.get(COMPLAINT_KEY, 0))
