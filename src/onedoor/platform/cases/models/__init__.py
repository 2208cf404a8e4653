"""The tables of the cases room; callers import them from here."""

from onedoor.platform.cases.models.case import (
    Action,
    ActionNote,
    Case,
    CaseAnswers,
    CasePerson,
    CaseStep,
    StepPerformer,
)
from onedoor.platform.cases.models.clocks import Clock, Pause
from onedoor.platform.cases.models.drafts import Draft, KnownFact, WantedSignature
from onedoor.platform.cases.models.papers import CaseDocument, Material, StoredJudgement
from onedoor.platform.cases.models.public import Objection, PublicNotice
from onedoor.platform.cases.models.subject_requests import KeptCase, SubjectRequest

__all__ = [
    "Action",
    "ActionNote",
    "Case",
    "CaseAnswers",
    "CaseDocument",
    "CasePerson",
    "CaseStep",
    "Clock",
    "Draft",
    "KeptCase",
    "KnownFact",
    "Material",
    "Objection",
    "Pause",
    "PublicNotice",
    "StepPerformer",
    "StoredJudgement",
    "SubjectRequest",
    "WantedSignature",
]
