"""The tables of the cases room; callers import them from here."""

from onedoor.platform.cases.models.case import (
    Action,
    ActionNote,
    AnswerSources,
    Case,
    CaseAddress,
    CaseAnswers,
    CasePerson,
    CaseStep,
    StepPerformer,
)
from onedoor.platform.cases.models.clocks import Clock, Pause
from onedoor.platform.cases.models.commitments import Commitment, CreditRecord
from onedoor.platform.cases.models.conflicts import Conflict, Explanation
from onedoor.platform.cases.models.drafts import Draft, KnownFact, WantedSignature
from onedoor.platform.cases.models.early import EarlyDraft, EarlyPaper
from onedoor.platform.cases.models.papers import CaseDocument, Delivery, Material, StoredJudgement
from onedoor.platform.cases.models.proceedings import (
    Hearing,
    ProposedDecision,
    RelatedStaffDeclaration,
    Revocation,
    VoidRequest,
)
from onedoor.platform.cases.models.public import Objection, PublicNotice
from onedoor.platform.cases.models.quality import QualityTicket
from onedoor.platform.cases.models.queues import Queue
from onedoor.platform.cases.models.signatories import Signatory
from onedoor.platform.cases.models.subject_requests import KeptCase, SubjectRequest
from onedoor.platform.cases.models.tolerance import Tolerance

__all__ = [
    "Action",
    "ActionNote",
    "AnswerSources",
    "Case",
    "CaseAddress",
    "CaseAnswers",
    "CaseDocument",
    "CasePerson",
    "CaseStep",
    "Clock",
    "Commitment",
    "Conflict",
    "CreditRecord",
    "Delivery",
    "Draft",
    "EarlyDraft",
    "EarlyPaper",
    "Explanation",
    "Hearing",
    "KeptCase",
    "KnownFact",
    "Material",
    "Objection",
    "Pause",
    "ProposedDecision",
    "PublicNotice",
    "QualityTicket",
    "Queue",
    "RelatedStaffDeclaration",
    "Revocation",
    "Signatory",
    "StepPerformer",
    "StoredJudgement",
    "SubjectRequest",
    "Tolerance",
    "VoidRequest",
    "WantedSignature",
]
