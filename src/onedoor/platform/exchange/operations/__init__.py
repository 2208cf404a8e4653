"""Everything the exchange writes; callers import it from here."""

from onedoor.platform.exchange.operations.asking import BusinessMissing, ConsentMissing, ask, note_conflicts
from onedoor.platform.exchange.operations.grants import (
    GrantOver,
    MustBeShared,
    SharingAnswered,
    grant_sharing,
    provide_sharing,
    refuse_sharing,
    request_sharing,
    revoke_grant,
)
from onedoor.platform.exchange.operations.objections import (
    ObjectionAnswered,
    ObjectionOpen,
    answer_objection,
    object_to_use,
    report_error,
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
    "ObjectionAnswered",
    "ObjectionOpen",
    "SharingAnswered",
    "TooManyToday",
    "answer_objection",
    "as_text",
    "ask",
    "grant_sharing",
    "note_conflicts",
    "object_to_use",
    "plan_window",
    "provide_sharing",
    "refuse_sharing",
    "report_error",
    "request_sharing",
    "revoke_grant",
    "use_dataset",
    "use_grant",
]
