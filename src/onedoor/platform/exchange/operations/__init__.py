"""Everything the exchange writes; callers import it from here."""

from onedoor.platform.exchange.operations.asking import BusinessMissing, ConsentMissing, ask
from onedoor.platform.exchange.operations.grants import (
    GrantOver,
    MustBeShared,
    SharingAnswered,
    SharingNotFound,
    grant_sharing,
    provide_sharing,
    refuse_sharing,
    request_sharing,
    revoke_grant,
)
from onedoor.platform.exchange.operations.sources import plan_window
from onedoor.platform.exchange.operations.using import (
    DatasetAnswer,
    Found,
    NotShared,
    TooManyToday,
    as_text,
    use_dataset,
    use_grant,
)

__all__ = [
    "BusinessMissing",
    "ConsentMissing",
    "DatasetAnswer",
    "Found",
    "GrantOver",
    "MustBeShared",
    "NotShared",
    "SharingAnswered",
    "SharingNotFound",
    "TooManyToday",
    "as_text",
    "ask",
    "grant_sharing",
    "plan_window",
    "provide_sharing",
    "refuse_sharing",
    "request_sharing",
    "revoke_grant",
    "use_dataset",
    "use_grant",
]
