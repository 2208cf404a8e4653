"""The tables of the exchange; callers import them from here."""

from onedoor.platform.exchange.models.grants import ShareGrant, ShareRequest
from onedoor.platform.exchange.models.objections import DataObjection
from onedoor.platform.exchange.models.questions import Query
from onedoor.platform.exchange.models.sources import PlannedWindow, SourceCall, SourceHealth
from onedoor.platform.exchange.models.uses import DataUse, DataUsePerson

__all__ = [
    "DataObjection",
    "DataUse",
    "DataUsePerson",
    "PlannedWindow",
    "Query",
    "ShareGrant",
    "ShareRequest",
    "SourceCall",
    "SourceHealth",
]
