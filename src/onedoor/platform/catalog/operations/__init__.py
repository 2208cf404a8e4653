"""Put items into the catalogue, have them reviewed, publish and end them; offerings and parameters alike."""

from onedoor.platform.catalog.operations.offerings import (
    TierNotCompetent,
    draft_offering,
    open_offering,
    publish_offering,
)
from onedoor.platform.catalog.operations.parameters import (
    UnknownParameter,
    set_parameter,
)
from onedoor.platform.catalog.operations.proposals import (
    AlreadyProposed,
    DayPassed,
    InThePast,
    NotProposer,
    OwnProposal,
    ProposalSettled,
    TableChanged,
    approve_proposal,
    propose_parameter,
    send_back_proposal,
    withdraw_proposal,
)
from onedoor.platform.catalog.operations.review import (
    MoveNotPossible,
    OwnDraft,
    Subject,
    SubjectNotFound,
    approve,
    cancel,
    resume,
    send_back,
    submit_for_review,
    suspend,
)
from onedoor.platform.catalog.operations.versions import (
    LaterVersionPublished,
    NotADraft,
    NotPublishable,
    ReviewUnderWay,
    draft_version,
    publish_version,
)
from onedoor.platform.catalog.proposals import ProposalNotFound
from onedoor.platform.catalog.relations import Contradiction

__all__ = [
    "AlreadyProposed",
    "Contradiction",
    "DayPassed",
    "InThePast",
    "LaterVersionPublished",
    "MoveNotPossible",
    "NotADraft",
    "NotProposer",
    "NotPublishable",
    "OwnDraft",
    "OwnProposal",
    "ProposalNotFound",
    "ProposalSettled",
    "ReviewUnderWay",
    "Subject",
    "SubjectNotFound",
    "TableChanged",
    "TierNotCompetent",
    "UnknownParameter",
    "approve",
    "approve_proposal",
    "cancel",
    "draft_offering",
    "draft_version",
    "open_offering",
    "propose_parameter",
    "publish_offering",
    "publish_version",
    "resume",
    "send_back",
    "send_back_proposal",
    "set_parameter",
    "submit_for_review",
    "suspend",
    "withdraw_proposal",
]
