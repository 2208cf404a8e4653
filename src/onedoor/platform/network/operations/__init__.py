"""What is written: nodes and their keys by two people, batches as they come, parked messages by who looks after them."""

from onedoor.platform.network.operations.minding import (
    NothingToMind,
    retry_parked,
    set_aside,
    settle_conflict,
    settle_incident,
)
from onedoor.platform.network.operations.nodes import (
    NodeNotFound,
    NodeStateDiffers,
    SamePerson,
    approve_node,
    invite_node,
    resume_node,
    suspend_node,
)
from onedoor.platform.network.operations.renewing import (
    NothingToRenew,
    change_key,
    note_own_card,
    renew_node,
    revoke_key,
    settle_renewal,
)
from onedoor.platform.network.operations.storing import store_batch

__all__ = [
    "NodeNotFound",
    "NodeStateDiffers",
    "NothingToMind",
    "NothingToRenew",
    "SamePerson",
    "approve_node",
    "change_key",
    "invite_node",
    "note_own_card",
    "renew_node",
    "resume_node",
    "retry_parked",
    "revoke_key",
    "set_aside",
    "settle_conflict",
    "settle_incident",
    "settle_renewal",
    "store_batch",
    "suspend_node",
]
