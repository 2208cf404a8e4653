"""Files that arrive are charged to whoever sends them, before any page has looked at them."""

from onedoor.platform.files import quotas
from onedoor.platform.files.ownership import owner_of
from onedoor.platform.files.posted import SealingUploadHandler
from onedoor.platform.kernel import clock
from onedoor.web.parts.actors import actor_of


class MeteredUploadHandler(SealingUploadHandler):
    """Asks who sends a form and how much that one may bring today; nobody without a log-in brings a file anywhere."""

    def room(self) -> int:
        if self.request is None or actor_of(self.request).kind == "anonymous":
            return 0
        return quotas.room(owner_of(actor_of(self.request)), at=clock.now())

    def charge(self, size: int) -> None:
        if self.request is not None:
            quotas.charge(owner_of(actor_of(self.request)), size, at=clock.now())
