"""Put items into the catalogue, have them reviewed, publish and end them; offerings and parameters alike."""

from onedoor.platform.catalog.operations.offerings import (
    TierNotCompetent,
    draft_offering,
    open_offering,
    publish_offering,
)
from onedoor.platform.catalog.operations.parameters import (
    InThePast,
    UnknownParameter,
    enact_parameter,
    set_parameter,
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

__all__ = [
    "InThePast",
    "LaterVersionPublished",
    "MoveNotPossible",
    "NotADraft",
    "NotPublishable",
    "OwnDraft",
    "ReviewUnderWay",
    "Subject",
    "SubjectNotFound",
    "TierNotCompetent",
    "UnknownParameter",
    "approve",
    "cancel",
    "draft_offering",
    "draft_version",
    "enact_parameter",
    "open_offering",
    "publish_offering",
    "publish_version",
    "resume",
    "send_back",
    "set_parameter",
    "submit_for_review",
    "suspend",
]
