"""The tables of the identity room; callers import them from here."""

from onedoor.platform.identity.models.codes import OneTimeCode
from onedoor.platform.identity.models.divisions import Division, DivisionSuccession
from onedoor.platform.identity.models.logins import Login, LoginManager, Post
from onedoor.platform.identity.models.mandates import Consent, Delegation
from onedoor.platform.identity.models.organizations import Organization, ServicePoint
from onedoor.platform.identity.models.people import Person, PersonRelation

__all__ = [
    "Consent",
    "Delegation",
    "Division",
    "DivisionSuccession",
    "Login",
    "LoginManager",
    "OneTimeCode",
    "Organization",
    "Person",
    "PersonRelation",
    "Post",
    "ServicePoint",
]
