"""What the people who sign an application together sign, whose turn it is, and who is still missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases import applications, offers
from onedoor.platform.cases.models import Draft, Material, Signatory
from onedoor.platform.catalog.signers import SignerRole
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import outbox
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.crypto import canonical_json, sm3
from onedoor.platform.kernel.errors import NotFound, OneDoorError
from onedoor.platform.kernel.parameters import figure

PARAMETER = "cases.days_to_sign"
ASKS_A_DAY = "cases.asks_to_sign"
SIGNER = "signer"  # the part of who signs among the people of a case
State = Signatory.State


class SignaturesMissing(OneDoorError):
    code, http_status, message = (
        "cases.signatures_missing",
        422,
        "还有人没有签字：{roles}。请到“共同签字”查看；都签完才能提交，草稿会一直保留。",
    )


class SignatoryNotFound(NotFound):
    code, message = (
        "cases.signatory_not_found",
        "没有找到要您签字的申请，可能已经签过、改请了别人，或者过了期限。请到“我的”查看，也可以问问申请人。",
    )


@dataclass(frozen=True)
class Asked:
    """One role of the item, with who is named for it."""

    role: SignerRole
    rows: Sequence[Signatory]

    @property
    def lacks(self) -> int:
        """How many more have to be named."""
        return max(self.role.least - len(self.rows), 0)

    @property
    def has_room(self) -> bool:
        return len(self.rows) < self.role.most

    @property
    def is_signed(self) -> bool:
        return not self.lacks and all(row.state == State.SIGNED for row in self.rows)


def asked_of(draft: Draft) -> list[Asked]:
    """Return every role whose signature this draft asks for as it stands; nobody where its item has no further signers."""
    signers = draft.item_version.item.signers
    if signers is None:
        return []
    rows = list(draft.signatories.select_related("person", "signed_by").order_by("id"))
    return [Asked(role, [row for row in rows if row.role == role.code]) for role in signers.asked(draft.answers)]


def standing(draft: Draft) -> list[Signatory]:
    """Return who signs this draft as it stands, in the order of signing."""
    return [row for one in asked_of(draft) for row in one.rows]


def is_turn(row: Signatory, rows: Sequence[Signatory]) -> bool:
    """Tell whether somebody may sign now: where there is an order, everybody before them has signed."""
    signers = row.draft.item_version.item.signers
    if signers is None or not signers.in_order:
        return True
    place = signers.place(row.role)
    return all(other.state == State.SIGNED for other in rows if signers.place(other.role) < place)


def papers_of(draft: Draft, *, at: datetime) -> list[Material]:
    """
    Return all papers a signer reads: those given, and until it is submitted the certificates and earlier papers that
    would be taken as they are now.
    """
    papers = list(draft.materials.select_related("file", "certificate").order_by("code", "id"))
    if draft.submitted_as_id is None:
        papers += offers.would_take(draft, given={paper.code for paper in papers}, at=at)
    return papers


def digest_of(draft: Draft, *, at: datetime) -> str:
    """
    Return the digest of what is signed: what is asked for under which version, the answers, and the papers given or taken.

    What a department or a register tells by itself is nobody's declaration and does not count.
    """
    told = (Material.Source.DATA, Material.Source.REGISTER)
    papers = [one for one in papers_of(draft, at=at) if one.pk is None or one.source not in told]
    item = draft.item_version.item
    signed = {
        "item": item.code,
        "version": draft.item_version.version,
        "applicant": draft.applicant_id,
        "answers": applications.asked_answers(item, draft.answers),
        "papers": [[paper.code, paper.source, _content_of(paper)] for paper in papers],
    }
    return sm3(canonical_json(signed)).hex()


def _content_of(paper: Material) -> str:
    """Return what a paper says, by its digest; a certificate by its number and version, of which there is one content."""
    if paper.certificate is not None:
        return f"{paper.certificate.identifier} {paper.certificate.version}"
    return paper.file.digest if paper.file else ""


def require_signed(draft: Draft, *, digest: str) -> list[dict[str, Any]]:
    """
    Return what others have signed, for the history: who as which row, in which role and way, how surely known, and what.

    :raises SignaturesMissing: somebody has not signed, or something else than this.
    """
    asked = asked_of(draft)
    if not asked:
        return []
    rows = [row for one in asked for row in one.rows]
    missing = [one.role.title for one in asked if not one.is_signed or any(row.digest != digest for row in one.rows)]
    if missing:
        raise SignaturesMissing(roles="、".join(missing))
    return [
        {
            "signatory": row.pk,
            "role": row.role,
            "way": row.way,
            "level": row.level,
            "digest": row.digest,
            "at": row.signed_at.isoformat() if row.signed_at else "",
        }
        for row in rows
    ]


def last_day(draft: Draft, *, at: datetime) -> date:
    """Return until when somebody asked today may sign: natural days, as the place has set them."""
    chain = identity.chain(draft.division) if draft.division else [identity.NATION]
    return day_of(at) + timedelta(days=int(figure(PARAMETER, chain=chain, on=day_of(at))))


def ask(draft: Draft, rows: Sequence[Signatory], *, at: datetime) -> None:
    """Ask those whose turn it is and who have not been asked; they are told."""
    for row in rows:
        if row.state == State.ASKED and row.due_on is None and is_turn(row, rows):
            row.due_on = last_day(draft, at=at)
            row.save(update_fields=["due_on"])
            outbox.publish("cases.countersigning_asked", key=draft.target, signatory_id=row.pk, due_on=str(row.due_on))


def changed(draft: Draft, *, at: datetime) -> list[Signatory]:
    """Return whose signature stands under something else than the draft now holds."""
    if draft.item_version.item.signers is None:
        return []
    signed = list(draft.signatories.filter(state=State.SIGNED))
    now = digest_of(draft, at=at) if signed else ""
    return [row for row in signed if row.digest != now]


def void_changed(draft: Draft, *, at: datetime) -> bool:
    """Ask everybody again whose signature stands under something else than a locked draft now holds; tell whether any."""
    rows = changed(draft, at=at)
    for row in rows:
        row.forget_signature()
        row.state, row.changed_at, row.asked_at, row.due_on = State.ASKED, at, at, None
        row.save()
        audit.record(
            "cases.void_signature", actor=Actor.system("共同签字"), at=at, target=draft.target, signatory=row.pk
        )
    if rows:
        ask(draft, standing(draft), at=at)
    return bool(rows)


def to_sign(signatory_id: int, *, actor: Actor, at: datetime) -> Signatory:
    """
    Return what waits for the actor's own signature, or for that of a ward of theirs.

    :raises SignatoryNotFound: nothing of the kind; it looks the same whatever the reason.
    """
    row = Signatory.objects.select_related("draft__applicant", "person").filter(pk=signatory_id).first()
    if row is None or not may_sign_for(row, actor=actor, at=at) or row.state == State.NAMED:
        raise SignatoryNotFound
    if not is_asked_for(row):  # other answers since they were asked: it is no matter of theirs any more
        raise SignatoryNotFound
    return row


def is_asked_for(row: Signatory) -> bool:
    """Tell whether the application, as it stands, asks for the signature of this row's role."""
    signers = row.draft.item_version.item.signers
    return signers is not None and any(role.code == row.role for role in signers.asked(row.draft.answers))


def may_sign_for(row: Signatory, *, actor: Actor, at: datetime) -> bool:
    """Tell whether the actor is the one who is asked, or their guardian."""
    if actor.person_id is None:
        return False
    if actor.person_id == row.person_id:
        return True
    return identity.guardianship_between(guardian_id=actor.person_id, ward_id=row.person_id, on=day_of(at)) is not None


def reads_to_sign(draft: Draft, *, actor: Actor, at: datetime) -> bool:
    """Tell whether the actor signs this draft while it is one, for themselves or a ward, and so reads its papers too."""
    if draft.submitted_as_id is not None or draft.expires_at <= at:
        return False
    rows = draft.signatories.filter(state__in=(State.ASKED, State.SIGNED)).select_related("draft")
    return any(is_asked_for(row) and may_sign_for(row, actor=actor, at=at) for row in rows)
