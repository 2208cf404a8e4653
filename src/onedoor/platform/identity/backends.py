"""Who a session belongs to, as Django's authentication asks with every request."""

from typing import Any

from django.contrib.auth.backends import ModelBackend

from onedoor.platform.identity.models import Login

# What a request asks of its account, and what the level of its person is worked out from.
ASKED = (
    *("username", "name", "kind", "password", "is_active", "must_change_password"),
    *("person__assurance", "person__verified_at", "person__document_valid_to", "person__deceased_on"),
)


class AccountBackend(ModelBackend):
    """Finds the account of a session together with its person's standing, in one query and without deciphering anything."""

    def get_user(self, user_id: Any) -> Login | None:
        login = Login.objects.select_related("person").only(*ASKED).filter(pk=user_id).first()
        return login if login is not None and self.user_can_authenticate(login) else None
