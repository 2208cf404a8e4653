"""What is written: nodes and their keys by two people, batches as they come, parked messages by who looks after them."""

from onedoor.platform.network.operations.nodes import (
    NodeNotFound,
    NodeStateDiffers,
    SamePerson,
    approve_node,
    change_key,
    invite_node,
    resume_node,
    revoke_key,
    suspend_node,
)
from onedoor.platform.network.operations.storing import store_batch

__all__ = [
    "NodeNotFound",
    "NodeStateDiffers",
    "SamePerson",
    "approve_node",
    "change_key",
    "invite_node",
    "resume_node",
    "revoke_key",
    "store_batch",
    "suspend_node",
]
