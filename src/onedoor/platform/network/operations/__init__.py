"""What is written: nodes and their keys by two people, batches as they come, parked messages by who looks after them."""

from onedoor.platform.network.operations.nodes import (
    NodeNotFound,
    NodeStateDiffers,
    SamePerson,
    approve_node,
    invite_node,
    resume_node,
    suspend_node,
)
from onedoor.platform.network.operations.storing import store_batch

__all__ = [
    "NodeNotFound",
    "NodeStateDiffers",
    "SamePerson",
    "approve_node",
    "invite_node",
    "resume_node",
    "store_batch",
    "suspend_node",
]
