"""What already proves a paper of a case, so that nobody may be asked for it (R-CASE-4, R-CERT-1, A13)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from onedoor.platform.cases import offers, papers
from onedoor.platform.cases.models import Case, Draft, Material
from onedoor.platform.catalog.items import Material as PaperDefinition
from onedoor.platform.certificates import queries as certificates
from onedoor.platform.certificates.models import Certificate

DATA = (Material.Source.DATA, Material.Source.REGISTER)


@dataclass(frozen=True)
class Proof:
    """That a paper needs not be asked for: by which certificate of the store, or which data of the case."""

    definition: PaperDefinition
    words: str
    certificate: Certificate | None = None


def proofs_of(case: Case, codes: Iterable[str], *, at: datetime) -> dict[str, Proof]:
    """
    Return by code what proves these papers of a case now. What the person has chosen to give themselves is asked for
    like any other paper.
    """
    rows = {paper.code: paper for paper in papers.current(case.materials.order_by("id"))}
    own = wanted_by_hand(case)
    found = {}
    for code in codes:
        definition = case.item_version.item.material(code)
        if definition is None or code in own:
            continue
        row = rows.get(code)
        certificate = _certificate(case, definition, row, at=at)
        if certificate is not None:
            words = f"{certificate.title} {certificate.number}，第 {certificate.version} 版"
            found[code] = Proof(definition, words, certificate)
        elif row is not None and row.source in DATA:
            found[code] = Proof(definition, f"{row.source_words}：{row.proof}")
    return found


def _certificate(case: Case, paper: PaperDefinition, row: Material | None, *, at: datetime) -> Certificate | None:
    """Return the certificate that stands for the paper, or that could: the one taken first, if it still holds."""
    if row is not None and row.certificate is not None and certificates.standing_of(row.certificate, at=at).in_force:
        return row.certificate
    return offers.held_for(paper, person_id=case.applicant_id, at=at)


def wanted_by_hand(case: Case) -> set[str]:
    """Return the codes of the papers the person has chosen to give themselves."""
    origin = case.continues_id if case.relation == Case.Relation.TRANSFER else case.pk
    choices = Draft.objects.filter(submitted_as=origin).values_list("paper_choices", flat=True).first() or {}
    return {code for code, choice in choices.items() if choice == offers.OWN}
