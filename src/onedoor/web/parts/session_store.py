"""Where sessions are kept: in the database as Django keeps them; every request asks for one, so the question is prepared."""

from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from onedoor.platform.identity import queries
from onedoor.platform.kernel import clock


class SessionStore(DatabaseStore):
    def _get_session_from_db(self) -> Any:
        found = queries.stored_session(session_key=str(self.session_key), at=clock.wall())
        if found is None:
            self._session_key = None
        return found
