"""我的: what I must do now, cases, drafts, messages, delegations, who looked at my data."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from onedoor.platform.cases import operations as case_operations
from onedoor.platform.cases import queries as cases
from onedoor.platform.catalog import queries as catalog
from onedoor.platform.certificates import queries as certificates
from onedoor.platform.exchange import queries as exchange
from onedoor.platform.identity import operations as identity_operations
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import clock
from onedoor.platform.messages import operations as message_operations
from onedoor.platform.messages import queries as message_queries
from onedoor.platform.portability import queries as portability
from onedoor.platform.registers import entitlements
from onedoor.platform.registers import queries as registers
from onedoor.web.citizen.whose import Whose, whose_of
from onedoor.web.parts import my_page
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import asked_uuid, posted, posted_day, posted_uuid, whole
from onedoor.web.parts.scopes import SCOPES, TICKED
from onedoor.web.parts.writes import attempt, keyed

PAGE = 50


def me(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    found = cases.my_cases(actor=actor, on=clock.today())
    context = {
        "standings": cases.standings_of(found, at=clock.now()),
        "to_do": [case for case in found if case.state == "supplement_wait"],
        "drafts": cases.my_drafts(actor=actor, at=clock.now()),
        "messages": message_queries.inbox(actor=actor, most=3),
        "unread": message_queries.unread_count(actor=actor),
        "certificates": certificates.list_own_certificates(actor=actor, at=clock.now()),
        "signatures": cases.signatures_asked(actor=actor, at=clock.now()),
        "countersignatures": [one for one in cases.countersignatures(actor=actor, at=clock.now()) if one.is_open],
        "waiting_delegations": identity.delegations_to_confirm(actor=actor, on=clock.today()),
        "cards": my_page.cards_of(actor=actor, at=clock.now()),
    }
    return render(request, "citizen/me.html", context)


def benefits(request: HttpRequest) -> HttpResponse:
    """Show what I, or somebody I act for, receive from every service, what was paid, and when it is looked at again."""
    asked, whose = _asked(request)
    return render(
        request, "citizen/benefits.html", {"benefits": entitlements.own_entitlements(**asked), "whose": whose}
    )


def payments(request: HttpRequest) -> HttpResponse:
    """Show what was paid to me, or to somebody I act for, by every service, by year."""
    asked, whose = _asked(request)
    return render(request, "citizen/payments.html", {"years": registers.own_payments_by_year(**asked), "whose": whose})


def _asked(request: HttpRequest) -> tuple[dict[str, Any], Whose]:
    whose = whose_of(request)
    return {"actor": actor_of(request), "on": clock.today(), "person_id": whose.person_id}, whose


def papers(request: HttpRequest) -> HttpResponse:
    """Show the papers I have given, how far each is relied on, until when it holds, and what it was taken for again."""
    actor = actor_of(request)
    context = {
        "papers": cases.my_papers(actor=actor, at=clock.now()),
        "grades": cases.GRADES,
        "records": cases.my_records(actor=actor),
    }
    return render(request, "citizen/papers.html", context)


@keyed
def messages(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    if request.method == "POST":
        message_operations.mark_read(message_id=posted_uuid(request, "message"), actor=actor, at=clock.now())
        return redirect(request.get_full_path())
    found = message_queries.inbox(actor=actor, before=asked_uuid(request, "before"))
    sendings = message_queries.sendings_of(found, actor=actor)
    context = {
        "messages": [(one, sendings.get(one.source, [])) for one in found],
        "unread": message_queries.unread_count(actor=actor),
        "first_page": "before" not in request.GET,
        "next": found[-1].pk if len(found) == message_queries.PAGE else None,
    }
    return render(request, "citizen/messages.html", context)


@keyed
def delegations(request: HttpRequest) -> HttpResponse:
    """Give, confirm and revoke delegations: what one may do for another, for which items, until when."""
    actor = actor_of(request)
    problem, items = "", catalog.list_items(on=clock.today())
    if request.method == "POST":
        _, refusal = attempt(request, lambda: _change_delegation(request))
        if refusal is None:
            return redirect("delegations")
        problem = str(refusal)
    context = {
        "given": _in_words(identity.delegations_given(actor=actor, on=clock.today()), items),
        "received": _in_words(identity.delegations_received(actor=actor, on=clock.today()), items),
        "wards": identity.wards_of(actor=actor, on=clock.today()),
        "guardians": identity.guardians_of(actor=actor, on=clock.today()),
        "items": [item for item in items if item.delegable and item.audience == "person"],
        "scopes": SCOPES,
        "ticked": TICKED,
        "until": clock.today() + timedelta(days=365),
        "problem": problem,
    }
    return render(request, "citizen/delegations.html", context, status=422 if problem else 200)


def _in_words(delegations: Iterable[Any], items: Iterable[Any]) -> list[dict[str, Any]]:
    """Return each with words for what it is good: which items, and which acts in them."""
    titles, labels = {item.code: item.title for item in items}, dict(SCOPES)
    return [
        {
            "row": one,
            "what": "、".join(titles.get(code, code) for code in one.items) or "全部可委托的事",
            "may": "、".join(labels[code] for code in one.scopes if code in labels),
        }
        for one in delegations
    ]


def _change_delegation(request: HttpRequest) -> None:
    actor, at = actor_of(request), clock.now()
    if request.POST.get("confirm"):
        identity_operations.confirm_delegation(delegation_id=posted(request, "confirm"), actor=actor, at=at)
    elif request.POST.get("revoke"):
        identity_operations.revoke_delegation(delegation_id=posted(request, "revoke"), actor=actor, at=at)
    else:
        identity_operations.ask_delegation(
            principal_name=request.POST.get("name", ""),
            principal_id_number=request.POST.get("id_number", ""),
            items=request.POST.getlist("items"),
            scopes=request.POST.getlist("scopes"),
            valid_to=posted_day(request, "valid_to"),
            max_uses=posted(request, "max_uses", 0) or None,
            actor=actor,
            at=at,
        )


@keyed
def signatures(request: HttpRequest) -> HttpResponse:
    """Show the consents other people's applications ask of me, and let me sign."""
    actor = actor_of(request)
    if request.method == "POST":
        case_operations.sign_own_consent(wanted_id=posted(request, "wanted"), actor=actor, at=clock.now())
        return redirect("signatures")
    asked = cases.signatures_asked(actor=actor, at=clock.now())
    return render(request, "citizen/signatures.html", {"asked": asked})


@keyed
def my_consents(request: HttpRequest) -> HttpResponse:
    """Show what I have allowed to be asked about me, and let me withdraw it."""
    actor = actor_of(request)
    if request.method == "POST":
        identity_operations.revoke_consent(consent_id=posted(request, "consent"), actor=actor, at=clock.now())
        return redirect("my_consents")
    given = identity.consents_given(actor=actor, on=clock.today())
    uses = exchange.uses_under_consents(consent_ids=[row.pk for row in given], actor=actor)
    rows = [
        {
            "consent": row,
            "is_own": row.person_id == actor.person_id,
            "uses": uses.get(row.pk, []),
            "departments": exchange.department_names(row.sources),
            "alive": row.is_alive(clock.now()),
        }
        for row in given
    ]
    return render(request, "citizen/my_consents.html", {"rows": rows})


def looks(request: HttpRequest) -> HttpResponse:
    """Show which officers looked at what about me and why."""
    actor, before = actor_of(request), whole(request.GET, "before", 0)
    found = cases.looks_at_me(actor=actor, before=before, most=PAGE)
    context = {
        "looks": found,
        "exports": [] if before else portability.exports_of_me(actor=actor),
        "next": found[-1].id if len(found) == PAGE else None,
    }
    return render(request, "citizen/looks.html", context)


@keyed
def my_data(request: HttpRequest) -> HttpResponse:
    """Ask for the deletion of what is held about me; restrict what the law keeps."""
    actor = actor_of(request)
    if request.method == "POST":
        _ask_about_data(request)
        return redirect("my_data")
    return render(request, "citizen/my_data.html", {"requests": cases.subject_requests(actor=actor)})


def _ask_about_data(request: HttpRequest) -> None:
    actor, at = actor_of(request), clock.now()
    if request.POST.get("restrict"):
        case_operations.restrict_processing(request_id=posted(request, "restrict"), actor=actor, at=at)
    else:
        case_operations.ask_deletion(actor=actor, at=at)
