"""Doubted data, for the steward of the organ that answers for them."""

from onedoor.platform.cases.models import QualityTicket
from onedoor.platform.cases.operations.quality import TicketNotFound
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.scopes import within_reach

PAGE = 50


def quality_tickets(*, actor: Actor, before: int = 0) -> list[QualityTicket]:
    """
    Return the doubts about data of the steward's place, the newest first; `before` is the last
    number of the page before.

    :raises NotAllowed: the post is no steward's.
    """
    actor.require_one_of("exchange.manage")
    rows = QualityTicket.objects.filter(within_reach(actor)).select_related("owner", "case")
    if before:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-pk")[:PAGE])


def get_ticket(*, ticket_id: int, actor: Actor) -> QualityTicket:
    """:raises TicketNotFound: there is none, or it is not within the steward's reach; both look alike."""
    actor.require_one_of("exchange.manage")
    rows = QualityTicket.objects.filter(within_reach(actor), pk=ticket_id)
    ticket = rows.select_related("owner", "case", "certificate").first()
    if ticket is None:
        raise TicketNotFound
    return ticket
