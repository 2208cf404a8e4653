"""What the identity room holds about people, and what of it they are given."""

from onedoor.platform.kernel.holdings import Holding, Withheld

HOLDINGS = (
    Holding(
        "identity.Person",
        (
            *("name", "sex", "born_on", "id_number", "phone", "address", "division__full_name", "assurance"),
            *("verified_at", "verified_by", "document_valid_to", "recorded_at"),
        ),
        by=("pk",),
    ),
    Holding("identity.Login", ("username", "kind", "phone", "is_active", "created_at", "last_login"), by=("person",)),
    Holding(
        "identity.LoginSession",
        ("device", "address", "started_at", "seen_at", "ended_at", "ended_how"),
        by=("login__person",),
    ),
    Holding(
        "identity.Delegation",
        (
            *("principal__name", "agent__name", "kind", "items", "scopes", "valid_from", "valid_to", "state"),
            *("confirmed_at", "confirmed_how", "max_uses", "uses", "revoked_at"),
        ),
        by=("principal", "agent"),
    ),
    Holding(
        "identity.Guardianship",
        ("ward__name", "guardian__name", "basis", "document", "valid_from", "valid_to", "revoked_at"),
        by=("ward", "guardian"),
    ),
    Holding("identity.WardOpinion", ("reference", "text", "recorded_at"), by=("guardianship__ward",)),
    Holding(
        "identity.Consent",
        ("purpose", "sources", "reference", "method", "signed_by__name", "signed_at", "valid_until", "revoked_at"),
        by=("person", "signed_by"),
    ),
    Holding("identity.PersonRelation", ("relative__name", "relation", "source", "recorded_at"), by=("person",)),
    Holding("identity.AssistedFiling", ("post__organization__name", "began_at", "ends_at", "ended_at"), by=("person",)),
    Holding(
        "identity.DeathStatement",
        ("kind", "paper", "issued_by", "died_on", "judged_on", "organization__name", "stated_at"),
        by=("person",),
    ),
    Holding(
        "identity.LegalRepresentative",
        ("entity__party__name", "entity__uscc", "name", "since", "ended_at", "bound_at", "bound_how"),
        by=("person",),
    ),
    Holding("identity.BankCheck", ("card_end", "phone", "state", "asked_at", "answered_at"), by=("person",)),
    Withheld("identity.LegalEntity", "单位的登记信息属于单位，法定代表人在“我的单位”里查看。"),
    Withheld("identity.OneTimeCode", "验证码只用一次，几分钟就失效，不是您的资料。"),
)
