"""The tables of ratings, and of complaints and reports."""

from onedoor.platform.feedback.models.complaints import (
    Complaint,
    ComplaintRecusal,
    ComplaintStep,
    ReportAccess,
    UnitInquiry,
)
from onedoor.platform.feedback.models.ratings import Evaluation, Invitation, Phase
from onedoor.platform.feedback.models.reviews import BadReview, ReviewAppeal, ReviewRecusal, ReviewStep

__all__ = [
    "BadReview",
    "Complaint",
    "ComplaintRecusal",
    "ComplaintStep",
    "Evaluation",
    "Invitation",
    "Phase",
    "ReportAccess",
    "ReviewAppeal",
    "ReviewRecusal",
    "ReviewStep",
    "UnitInquiry",
]
