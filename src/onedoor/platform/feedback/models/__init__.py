"""The tables of ratings."""

from onedoor.platform.feedback.models.ratings import Evaluation, Invitation, Phase
from onedoor.platform.feedback.models.reviews import BadReview, ReviewAppeal, ReviewRecusal, ReviewStep

__all__ = ["BadReview", "Evaluation", "Invitation", "Phase", "ReviewAppeal", "ReviewRecusal", "ReviewStep"]
