"""Files that arrive are charged to whoever sends them, before any page has looked at them."""

from django.http import HttpRequest

from onedoor.platform.cases import queries
from onedoor.platform.feedback import queries as feedback
from onedoor.platform.files import quotas
from onedoor.platform.files.ownership import owner_of
from onedoor.platform.files.posted import SealingUploadHandler
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.crypto import keyed_hash
from onedoor.platform.kernel.errors import OneDoorError
from onedoor.platform.recognition import queries as recognition
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.addresses import address_of

PASS_KEY = "early_pass"  # in the session: what opens the form being filled in before logging in
COMPLAINT_KEY = "complaint"  # in the session: which complaint was opened by its code
PASS_HEADER = "X-Draft-Pass"
SPOKEN = frozenset({"complain", "spoken_search"})  # where anybody may bring a recording


class MeteredUploadHandler(SealingUploadHandler):
    """
    Asks who sends a form and how much that one may bring today.

    Without a log-in a file is brought only for a form that is filled in before logging in, or for a complaint, by whoever
    has opened it; and as a recording, where something may be spoken.
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
        if sender := feedback.takes_papers(complaint_id=self.request.session.get(COMPLAINT_KEY, 0)):
            return sender
        return self._speaker(self.request)

    def _speaker(self, request: HttpRequest) -> str:
        """Return whoever speaks at this address without a log-in, where something may be spoken; their share is small."""
        match = request.resolver_match
        if match is None or match.view_name not in SPOKEN or not recognition.hears():
            return ""
        return f"dictation:{keyed_hash(address_of(request), purpose='recognition.speaker')[:24]}"
