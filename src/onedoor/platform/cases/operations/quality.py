"""数据质量工单: raised where a clerk asks for a paper although data answer it, answered by the owner's data steward."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases.grounds import SHORTEST_REASON
from onedoor.platform.cases.models import Case, QualityTicket
from onedoor.platform.cases.proofs import Proof
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import InvalidInput, NotFound, OneDoorError


class AlreadyProved(OneDoorError):
    code, http_status, message = (
        "cases.already_proved",
        409,
        "已有有效的证照或数据证明“{titles}”，不能要求申请人再交。请直接采用；确认数据有误的，写明问题，系统会登记数据质量工单。",
    )


class TicketNotFound(NotFound):
    code, message = "cases.ticket_not_found", "没有找到该数据质量工单，或它不在您的管辖范围。"


class TicketAnswered(OneDoorError):
    code, http_status, message = "cases.ticket_answered", 409, "这张工单已经答复，不用再处理。请刷新页面查看。"


def check_doubts(proofs: Mapping[str, Proof], doubts: Mapping[str, str]) -> None:
    """
    :raises AlreadyProved: a paper is proved and nobody says what is wrong with the proof (A13).
    :raises InvalidInput: what is wrong is said in too few words.
    """
    unsaid = [proof.definition.title for code, proof in proofs.items() if not doubts.get(code, "").strip()]
    if unsaid:
        raise AlreadyProved(titles="、".join(unsaid))
    problems = {
        f"doubt-{code}": f"请写明证照或数据哪里有误，不少于 {SHORTEST_REASON} 个字。"
        for code in proofs
        if len(doubts[code].strip()) < SHORTEST_REASON
    }
    if problems:
        raise InvalidInput(problems)


def open_tickets(
    case: Case, proofs: Iterable[Proof], doubts: Mapping[str, str], *, actor: Actor, at: datetime
) -> list[QualityTicket]:
    """Record each doubt with the organ that answers for the data; the caller has checked the officer."""
    tickets = []
    for proof in proofs:
        certificate = proof.certificate
        ticket = QualityTicket.objects.create(
            case=case,
            material=proof.definition.code,
            title=proof.definition.title,
            proof=proof.words[:200],
            certificate=certificate,
            owner_id=certificate.issuer_id if certificate else case.receiving_organization_id,
            division=certificate.division if certificate else case.division,
            line=case.line,
            reason=doubts[proof.definition.code].strip(),
            raised_at=at,
            raised_by=actor.name,
            raised_organization=actor.organization_name,
        )
        tickets.append(ticket)
        audit.record(
            "cases.doubt_data",
            actor=actor,
            at=at,
            target=ticket.target,
            division=ticket.division,
            case=case.pk,
            material=ticket.material,
        )
    return tickets


@transaction.atomic
def answer_ticket(*, ticket_id: int, mended: bool, answer: str, actor: Actor, at: datetime) -> QualityTicket:
    """
    Say what was found about doubted data, and whether they were put right.

    :raises TicketNotFound: there is none within the steward's reach.
    :raises TicketAnswered: it has been answered.
    :raises InvalidInput: it is not said what was found.
    """
    ticket = QualityTicket.objects.select_for_update(of=("self",)).filter(pk=ticket_id).first()
    if ticket is None or not actor.reaches(ticket.division):
        raise TicketNotFound
    actor.require("exchange.manage", division=ticket.division, line=ticket.line)
    if ticket.state != QualityTicket.State.OPEN:
        raise TicketAnswered
    if len(answer.strip()) < SHORTEST_REASON:
        raise InvalidInput({"answer": f"请写明怎样核查、结果如何，不少于 {SHORTEST_REASON} 个字。"})
    ticket.state = QualityTicket.State.MENDED if mended else QualityTicket.State.SOUND
    ticket.answer, ticket.answered_at, ticket.answered_by = answer.strip(), at, actor.name
    ticket.save(update_fields=["state", "answer", "answered_at", "answered_by"])
    audit.record(
        "cases.answer_ticket", actor=actor, at=at, target=ticket.target, division=ticket.division, mended=mended
    )
    return ticket
