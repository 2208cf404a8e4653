"""The tables of the network between nodes, by subject."""

from onedoor.platform.network.models.messages import Handover, Incoming, Queued, Receipt, Received, Sent
from onedoor.platform.network.models.nodes import Node, NodeKey, OwnKey, Renewal
from onedoor.platform.network.models.streams import Incident, Stream
from onedoor.platform.network.models.syncing import BulkRun, Comparison, SyncConflict

__all__ = [
    "BulkRun",
    "Comparison",
    "Handover",
    "Incident",
    "Incoming",
    "Node",
    "NodeKey",
    "OwnKey",
    "Queued",
    "Receipt",
    "Received",
    "Renewal",
    "Sent",
    "Stream",
    "SyncConflict",
]
