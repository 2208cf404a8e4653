"""The tables of the identity room; callers import them from here."""

from onedoor.platform.identity.models.assisting import AssistedFiling, IdentityCheck
from onedoor.platform.identity.models.clients import AccessToken, ApiClient
from onedoor.platform.identity.models.codes import OneTimeCode
from onedoor.platform.identity.models.deaths import DeathEffect, DeathSettlement, DeathStatement
from onedoor.platform.identity.models.divisions import Division, DivisionSuccession, FormerDivisionName
from onedoor.platform.identity.models.entities import LegalEntity, LegalRepresentative
from onedoor.platform.identity.models.logins import (
    Absence,
    AccountReset,
    FormerPassword,
    Login,
    LoginManager,
    LoginSession,
    Post,
)
from onedoor.platform.identity.models.mandates import Consent, Delegation, Guardianship, WardOpinion
from onedoor.platform.identity.models.organizations import (
    FormerOrganizationName,
    Organization,
    OrganizationSuccession,
    ServicePoint,
    Unit,
)
from onedoor.platform.identity.models.outside import OutsideAccount
from onedoor.platform.identity.models.people import Person, PersonRelation
from onedoor.platform.identity.models.real_name import BankCheck

__all__ = [
    "BankCheck",
    "Absence",
    "AccountReset",
    "AccessToken",
    "ApiClient",
    "AssistedFiling",
    "Consent",
    "DeathEffect",
    "DeathSettlement",
    "DeathStatement",
    "Delegation",
    "Division",
    "DivisionSuccession",
    "FormerDivisionName",
    "FormerOrganizationName",
    "FormerPassword",
    "Guardianship",
    "IdentityCheck",
    "LegalEntity",
    "LegalRepresentative",
    "Login",
    "LoginManager",
    "LoginSession",
    "OneTimeCode",
    "Organization",
    "OrganizationSuccession",
    "Person",
    "OutsideAccount",
    "PersonRelation",
    "Post",
    "ServicePoint",
    "Unit",
    "WardOpinion",
]
