"""Who a session belongs to, as Django's authentication asks with every request."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db.models import Exists, QuerySet
from django.http import HttpRequest

from onedoor.platform.identity.models import Login
from onedoor.platform.identity.queries.people import RECHECK
from onedoor.platform.kernel.parameters import figures_of
from onedoor.platform.kernel.prepared import prepared

# What a request asks of its account, and what the level of its person is worked out from.
ASKED = (
    *("username", "name", "kind", "password", "is_active", "must_change_password"),
    *("person__assurance", "person__verified_at", "person__document_valid_to", "person__deceased_on"),
)


@prepared
def _accounts(*, login_id: int) -> QuerySet[Login]:
    found = Login.objects.select_related("person").only(*ASKED).annotate(rechecks=Exists(figures_of(RECHECK)))
    return found.filter(pk=login_id)


class AccountBackend(ModelBackend):
    """
    Finds the account of a session together with its person's standing, in one query and without deciphering anything.

    `rechecks` tells whether the site has a figure at all for how often people are checked anew.
    """

    _asking: HttpRequest | None = None

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> Any:
        """Log in as Django does; `request.account_closed` tells of a closed account to whoever knows its password."""
        self._asking = request
        return super().authenticate(request, username=username, password=password, **kwargs)

    def user_can_authenticate(self, user: Any) -> bool:
        """Tell whether an account is open; Django asks this only once the password was right, so nothing else leaks."""
        if self._asking is not None and not user.is_active:
            self._asking.account_closed = True  # type: ignore[attr-defined]
        return bool(user.is_active)

    def get_user(self, user_id: Any) -> Login | None:
        login = _accounts.first(login_id=user_id)
        return login if login is not None and self.user_can_authenticate(login) else None
