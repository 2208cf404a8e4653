"""
What answers a paper of an application without an upload: a certificate in the store, or a paper given once before.

An offer is only read until the application is submitted; then it is looked up once more and taken (一次提交、多次使用,
免提交). So nothing taken is ever older than the submission, and a certificate revoked in between simply is no offer.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.db.models import Exists, OuterRef

from onedoor.platform.cases import papers
from onedoor.platform.cases.access import UNSAFE
from onedoor.platform.cases.models import Case, Draft, KeptCase, Material
from onedoor.platform.cases.states import State
from onedoor.platform.catalog.items import Material as PaperDefinition
from onedoor.platform.certificates import queries as certificates
from onedoor.platform.certificates.models import Certificate
from onedoor.platform.files.granting import grant_also
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of

OWN, EARLIER, LATER = "own", "earlier", "later"  # what a person may choose for a paper, see Draft.paper_choices
REUSABLE = (Material.Source.UPLOAD, Material.Source.DATA, Material.Source.REGISTER)
# A paper that was held against somebody, or that nobody has looked at, recommends itself to nobody.
NOT_FROM = (State.SUBMITTED, State.VOIDED, State.NOT_ACCEPTED)


@dataclass(frozen=True)
class Offer:
    """What would stand for one paper of a draft; `taken` when it is submitted like this."""

    definition: PaperDefinition
    taken: bool
    certificate: Certificate | None = None
    earlier: Sequence[Material] = ()

    @property
    def needs_check(self) -> bool:
        """An upload nobody has compared with its original is taken only where the person brings the original along."""
        return any(paper.grade == Material.Grade.C for paper in self.earlier)


def offers(draft: Draft, *, given: Collection[str], at: datetime) -> dict[str, Offer]:
    """
    Return by code what answers the papers this draft asks for and nobody has given yet.

    One query for earlier papers, and one for each paper a certificate may answer; none when everything is given.
    """
    item, choices = draft.item_version.item, draft.paper_choices
    asked = [paper for paper in item.materials if paper.asked(draft.answers) and paper.code not in given]
    found: dict[str, Offer] = {}
    for paper in asked:
        certificate = held_for(paper, person_id=draft.applicant_id, at=at)
        if certificate is not None:
            found[paper.code] = Offer(paper, choices.get(paper.code) not in (OWN, LATER), certificate=certificate)
    wanted = [paper for paper in asked if paper.reusable and not paper.self_made and paper.code not in found]
    kinds = {papers.kind_of(item, paper): paper for paper in wanted}
    for kind, rows in _earlier(draft.applicant_id, kinds, on=day_of(at)).items():
        paper = kinds[kind]
        checked = all(row.grade != Material.Grade.C for row in rows)
        choice = choices.get(paper.code)
        found[paper.code] = Offer(paper, choice not in (OWN, LATER) if checked else choice == EARLIER, earlier=rows)
    return found


def held_for(paper: PaperDefinition, *, person_id: int, at: datetime) -> Certificate | None:
    """Return the certificate in the store that makes this paper unnecessary, if the person holds one."""
    if paper.waiver is None or paper.waiver.kind != "certificate":
        return None
    return certificates.held_certificate(person_id=person_id, kind=paper.waiver.source, at=at)


def missing(draft: Draft, *, given: Collection[str], at: datetime) -> list[PaperDefinition]:
    """Return the papers asked for that are neither given nor answered by an offer that will be taken."""
    item = draft.item_version.item
    left = [paper for paper in item.materials if paper.asked(draft.answers) and paper.code not in given]
    if not left:
        return []
    answered = {code for code, offer in offers(draft, given=given, at=at).items() if offer.taken}
    answered |= {paper.code for paper in promised_later(draft, given=given)}
    return [paper for paper in left if paper.code not in answered]


def promised_later(draft: Draft, *, given: Collection[str]) -> list[PaperDefinition]:
    """Return the papers the person promises to bring after acceptance (容缺受理)."""
    return [
        paper
        for paper in draft.item_version.item.materials
        if paper.tolerance
        and paper.code not in given
        and paper.asked(draft.answers)
        and draft.paper_choices.get(paper.code) == LATER
    ]


def _earlier(person_id: int, kinds: Mapping[str, PaperDefinition], *, on: date) -> dict[str, Sequence[Material]]:
    """Return by kind the best papers the person has given before: checked before unchecked, then the newest."""
    if not kinds:
        return {}
    restricted = KeptCase.objects.filter(case=OuterRef("case"), restricted_at__isnull=False)  # PIPL art. 47
    rows = Material.objects.filter(kind__in=kinds, case__applicant_id=person_id, source__in=REUSABLE)
    rows = (
        rows.exclude(file__scan__in=UNSAFE)
        .exclude(case__state__in=NOT_FROM)
        .exclude(case__result__in=("denied", "revoked"))
    )
    rows = rows.exclude(Exists(restricted)).select_related("file", "case").order_by("kind", "case_id", "id")
    best: dict[str, Sequence[Material]] = {}
    for (kind, _), given in groupby(rows, key=lambda row: (row.kind, row.case_id)):
        together = papers.current(given)
        if together and all(row.holds(on) for row in together):
            best[kind] = max(best.get(kind, ()), together, key=_merit)
    return best


def _merit(rows: Sequence[Material]) -> tuple[bool, int]:
    return bool(rows) and all(row.grade != Material.Grade.C for row in rows), max((row.pk for row in rows), default=0)


def take(draft: Draft, *, given: Collection[str], actor: Actor, at: datetime) -> list[Material]:
    """Put what is offered and not declined into the draft as its papers, with the proof of each as it is now."""
    taken = would_take(draft, given=given, at=at)
    Material.objects.bulk_create(taken)
    files = [row.file_id for row in taken if row.file_id is not None]
    grant_also(files, target=draft.target, by=actor.name, at=at)
    return taken


def would_take(draft: Draft, *, given: Collection[str], at: datetime) -> list[Material]:
    """Return the papers the draft would have by these offers if it were submitted now; they are not in it yet."""
    taken: list[Material] = []
    for offer in offers(draft, given=given, at=at).values():
        if offer.taken and offer.certificate is not None:
            taken.append(certificate_paper(draft, offer.definition, offer.certificate, at=at))
        elif offer.taken:
            taken += [_taken_over(draft, offer.definition, row, at) for row in offer.earlier]
    return taken


def certificate_paper(
    owner: Draft | Case, paper: PaperDefinition, certificate: Certificate, *, at: datetime
) -> Material:
    """Return the row that says this certificate stands for this paper, and how it stood at that moment."""
    return Material(
        **{"draft" if isinstance(owner, Draft) else "case": owner},
        code=paper.code,
        kind=papers.kind_of(owner.item_version.item, paper),
        title=paper.title,
        source=Material.Source.CERTIFICATE,
        certificate=certificate,
        proof=f"{certificate.title} {certificate.number}，第 {certificate.version} 版",
        as_of=day_of(at),
        valid_until=certificate.last_valid_on,
        evidence=evidence_of(certificate, at=at),
        given_at=at,
    )


def evidence_of(certificate: Certificate, *, at: datetime) -> dict[str, str | int]:
    """Return which certificate answered, in which version, and its status at that moment."""
    return {
        "identifier": certificate.identifier,
        "version": certificate.version,
        "status": certificate.status,
        "at": at.isoformat(),
    }


def _taken_over(draft: Draft, paper: PaperDefinition, earlier: Material, at: datetime) -> Material:
    """Return a row for the earlier paper with everything known about it: taking it over makes it no newer."""
    kept = ("kind", "source", "file", "proof", "as_of", "valid_until", "evidence")
    looked_at = ("checked_at", "checked_by", "checked_organization")
    values = {name: getattr(earlier, name) for name in (*kept, *looked_at)}
    return Material(draft=draft, code=paper.code, title=paper.title, reused_from=earlier, given_at=at, **values)


def summary(taken: Iterable[Material]) -> dict[str, list[dict[str, Any]]]:
    """Return, for the history of the case, what was taken without an upload and on which proof."""
    facts: dict[str, list[dict[str, Any]]] = {}
    for row in taken:
        if row.certificate_id is not None:
            proof = {name: row.evidence[name] for name in ("identifier", "version", "status")}
            facts.setdefault("waived", []).append({"material": row.code, **proof})
        elif row.reused_from_id is not None:
            proof = {"paper": row.reused_from_id, "grade": str(row.grade)}
            facts.setdefault("reused", []).append({"material": row.code, **proof})
    return facts
