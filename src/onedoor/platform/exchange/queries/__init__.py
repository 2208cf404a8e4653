"""Everything that is read of the exchange; callers import it from here."""

from onedoor.platform.exchange.queries.answers import (
    Evidence,
    StoredAnswer,
    answer_of,
    department_names,
    evidence_of,
    is_waiting,
)
from onedoor.platform.exchange.queries.grants import (
    PAGE,
    Sharing,
    SharingLine,
    SharingNotFound,
    datasets_to_ask,
    get_sharing,
    list_sharing,
)
from onedoor.platform.exchange.queries.objections import (
    OBJECTION_KINDS,
    DataObjectionNotFound,
    ObjectionLine,
    get_data_objection,
    list_objections,
    own_objections,
)
from onedoor.platform.exchange.queries.sources import (
    OUTCOMES,
    SourceFigures,
    SourceNotFound,
    SourcePage,
    read_source,
    source_figures,
)
from onedoor.platform.exchange.queries.uses import (
    Use,
    UseNotFound,
    own_use,
    uses_about,
    uses_under_consents,
)

__all__ = [
    "OBJECTION_KINDS",
    "OUTCOMES",
    "ObjectionLine",
    "PAGE",
    "DataObjectionNotFound",
    "Evidence",
    "Sharing",
    "SharingLine",
    "SharingNotFound",
    "SourceFigures",
    "SourceNotFound",
    "SourcePage",
    "StoredAnswer",
    "Use",
    "UseNotFound",
    "answer_of",
    "datasets_to_ask",
    "department_names",
    "evidence_of",
    "get_data_objection",
    "get_sharing",
    "is_waiting",
    "list_objections",
    "list_sharing",
    "own_objections",
    "own_use",
    "read_source",
    "source_figures",
    "uses_about",
    "uses_under_consents",
]
