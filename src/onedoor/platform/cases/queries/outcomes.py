"""What a decision would do, for whoever is about to take it: nothing is stored, nothing is sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from onedoor.platform.cases import documents, handlers
from onedoor.platform.cases.models import Case, CaseDocument, Delivery
from onedoor.platform.cases.operations.delivery import way_of
from onedoor.platform.kernel.clock import day_of
from onedoor.standards.judgement import Judgement


@dataclass(frozen=True)
class Outcome:
    """One of the two decisions: its sentence and lines, its paper, how that arrives, what follows."""

    paper: str
    sentence: str
    facts: Sequence[str]
    basis: Sequence[str]
    lines: Sequence[tuple[str, str]]
    delivery: str
    follows: str


@dataclass(frozen=True)
class Outcomes:
    """Both decisions side by side; a grant the rule does not allow is None (`AgainstRule`)."""

    grant: Outcome | None
    deny: Outcome
    remedies: Sequence[str]  # the same for both: who is not content with either may contest it

    @property
    def standing(self) -> Outcome:
        """The one the rule speaks for."""
        return self.grant or self.deny


def outcomes_of(case: Case, judgement: Judgement, *, at: datetime) -> Outcomes:
    """Return what granting and denying a case would do now; what was ruled on is the rule's answer of this moment."""
    delivery = str(Delivery.Method(way_of(case, at=at)).label)

    def outcome(kind: CaseDocument.Kind, *, granted: bool) -> Outcome:
        words = handlers.for_item(case.item_code).wording(case, judgement, granted)
        return Outcome(
            paper=str(kind.label),
            sentence=words.decision,
            facts=words.facts,
            basis=words.basis,
            lines=words.lines,
            delivery=delivery,
            follows=_certificate(case) if granted else "",
        )

    may_grant = judgement.value["eligible"]
    return Outcomes(
        grant=outcome(CaseDocument.Kind.GRANT, granted=True) if may_grant else None,
        deny=outcome(CaseDocument.Kind.DENIAL, granted=False),
        remedies=documents.named(documents.REMEDIES, case.deciding_organization, on=day_of(at)),
    )


def _certificate(case: Case) -> str:
    item = case.item_version.item
    if item.result.kind != "certificate":
        return ""
    return f"{item.limits.issue.words}内制作并送达{item.result.name}"
