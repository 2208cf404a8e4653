"""What an organization's people and the window send about its account."""

from datetime import date
from typing import Any

from tests.platform import clubs
from tests.platform.clubs import MINE, USCC
from tests.platform.replays.machines import API, like
from tests.platform.replays.stage import AT, Sent, Stage, posts, sends

from onedoor.platform.identity import operations as identity
from onedoor.platform.identity.models import Delegation, Person


def authorized(stage: Stage) -> Delegation:
    """Return the authorization of the friend by the club, whose account the reader has."""
    entity = clubs.bound(stage.books)
    given = clubs.terms(valid_to=date(2027, 2, 28))
    return identity.appoint_operator(entity_id=entity.pk, actor=stage.books.citizen(), at=AT, **given)


@sends("my_organizations")
def bind(stage: Stage) -> Sent:
    clubs.open_accounts(stage.books)
    clubs.register()
    return Sent("reader", MINE, {"uscc": USCC})


@sends("my_organization")
def renew(stage: Stage) -> Sent:
    row = authorized(stage)
    fields = {"act": "renew", "operator": row.pk, "valid_to": "2027-03-31"}
    return Sent("reader", f"{MINE}{row.principal_id}/", fields)


@sends("appoint_operator")
def appoint(stage: Stage) -> Sent:
    entity = clubs.bound(stage.books)
    return Sent("reader", f"{MINE}{entity.pk}/people/", clubs.terms())


@sends("window_organization")
def at_window(stage: Stage) -> Sent:
    fields: dict[str, Any] = clubs.at_the_window()
    return Sent("clerk", "/staff/window/organization/", fields)


like("my_organizations", "/me/organizations")
like("appoint_operator", "/me/organizations/{entity_id}/operators")
like("window_organization", "/window/entities")
like("my_organization", "/me/operators/{operator_id}/renewal", lambda fields: {"valid_to": fields["valid_to"]})


@posts(f"{API}/me/operators/{{operator_id}}/suspension")
def suspend(stage: Stage) -> Sent:
    return Sent("reader", f"{API}/me/operators/{authorized(stage).pk}/suspension")


@posts(f"{API}/me/operators/{{operator_id}}/confirmation")
def confirm(stage: Stage) -> Sent:
    row = authorized(stage)
    identity.suspend_operator(delegation_id=row.pk, actor=stage.books.citizen(), at=AT)
    return Sent("reader", f"{API}/me/operators/{row.pk}/confirmation")


@posts(f"{API}/me/operators/{{operator_id}}", "delete")
def drop(stage: Stage) -> Sent:
    return Sent("reader", f"{API}/me/operators/{authorized(stage).pk}")


@posts(f"{API}/me/organizations/{{entity_id}}/reset")
def reset(stage: Stage) -> Sent:
    row = authorized(stage)
    Person.objects.filter(pk=stage.books.reader.pk).update(assurance=4)
    return Sent("reader", f"{API}/me/organizations/{row.principal_id}/reset")
