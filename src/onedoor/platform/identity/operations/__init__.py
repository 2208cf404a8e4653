"""People, officers, organizations, mandates, consents: every write of the identity room; callers import them from here."""

from onedoor.platform.identity.operations.accounts import (
    open_citizen_login,
    open_officer_login,
)
from onedoor.platform.identity.operations.consents import (
    give_consent,
    revoke_consent,
)
from onedoor.platform.identity.operations.mandates import (
    LONGEST,
    SCOPES,
    DelegationNotFound,
    ask_delegation,
    confirm_delegation,
    revoke_delegation,
)
from onedoor.platform.identity.operations.organizations import (
    register_organization,
)
from onedoor.platform.identity.operations.people import (
    ensure_person,
    lock_person,
    verify_person,
)
from onedoor.platform.identity.operations.posts import (
    RolesNotTogether,
    appoint_officer,
)

__all__ = [
    "DelegationNotFound",
    "LONGEST",
    "RolesNotTogether",
    "SCOPES",
    "appoint_officer",
    "ask_delegation",
    "confirm_delegation",
    "ensure_person",
    "give_consent",
    "lock_person",
    "open_citizen_login",
    "open_officer_login",
    "register_organization",
    "revoke_consent",
    "revoke_delegation",
    "verify_person",
]
