"""Who a session belongs to, as Django's authentication asks with every request."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db.models import Exists

from onedoor.platform.identity.models import Login
from onedoor.platform.identity.queries.people import RECHECK
from onedoor.platform.kernel.parameters import figures_of

# What a request asks of its account, and what the level of its person is worked out from.
ASKED = (
    *("username", "name", "kind", "password", "is_active", "must_change_password"),
    *("person__assurance", "person__verified_at", "person__document_valid_to", "person__deceased_on"),
)


class AccountBackend(ModelBackend):
    """
    Finds the account of a session together with its person's standing, in one query and without deciphering anything.

    `rechecks` tells whether the site has a figure at all for how often people are checked anew.
    """

    def get_user(self, user_id: Any) -> Login | None:
        found = Login.objects.select_related("person").only(*ASKED).annotate(rechecks=Exists(figures_of(RECHECK)))
        try:
            login = found.get(pk=user_id)
        except Login.DoesNotExist:
            return None
        return login if self.user_can_authenticate(login) else None
