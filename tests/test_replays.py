"""Every write has its key: no address takes a POST without saying how, and every form brings one along."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver

from onedoor.api.keys import WITHOUT_KEY
from onedoor.api.root import api
from onedoor.platform.kernel.replays import SAFE_METHODS
from onedoor.web.parts.writes import TAKES_POSTS, WritesMiddleware

TEMPLATES = Path(__file__).resolve().parents[1] / "src" / "onedoor"

# Addresses that take a POST without a key; why stands at the view. The list only shrinks.
UNKEYED = {
    # who it is, or how this device looks
    "login",
    "login_code",
    "officer_login",
    "step_up",
    "logout",
    "stay",
    "outside_second",
    "appearance",
    "place",
    # at a machine: a code or a reading that serves once, and a session that ends however often it is told to
    "kiosk_enrol",
    "kiosk_card",
    "kiosk_stay",
    "kiosk_over",
    "choose_post",
    # who holds a phone, and the code that is shown once
    "early",
    "early_code",
    "early_draft",
    "conversation_hand_over",
    # reads: a POST keeps what is asked out of the address; a look is recorded each time
    "precheck",
    "finder",
    "ask_reply",
    "progress",
    "reveal",
    "staff_check_batch",
    "audit_export",
    "sharing_use",
    "rate_answer",
    "complaint_track",
    "receipt_check",
    "staff_left_out",
    # providers: signed, and the id of what is told is its key
    "sms_receipt",
    "wechat_callback",
    "treasury_notice",
    "network_messages",
    "hotline_follow",
    # no real site has these
    "demonstration_enter",
    "demonstration_clock",
    "demonstration_devices",
}

# Operations of the API that are a POST to keep what is asked out of the address; the list only shrinks.
ASKS = {
    "offers_left_out",
    *("catalog_precheck", "catalog_read_outcome", "public_progress", "window_find_person", "desk_reveal"),
    *("certificates_check_batch", "catalog_desk_preview_year", "exchange_use", "supervision_export"),
    *("oauth_issue", "oauth_revoke", "ratings_get_asked", "ratings_get_followed", "complaints_track"),
    *("hotline_look_up_caller", "hotline_follow_order", "fees_check_receipt"),
    *("oauth_issue", "oauth_revoke"),
    # a session's second proof: each try counts
    *("me_send_proof_code", "me_prove_again"),
    # who holds a phone, and codes that are kept nowhere, so that no answer with one may be kept
    *("early_send_code", "early_begin", "early_open_again", "early_renew_code"),
    *("asking_hand_over", "asking_read_conversation", "asking_read_reply", "asking_find_prospects"),
}


def patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    """Return every address of the site but the API's own."""
    for one in resolver.url_patterns:
        if isinstance(one, URLPattern):
            yield one
        elif one.app_name != "ninja":
            yield from patterns(one)


def pages() -> dict[str, Any]:
    return {str(one.name): one.callback for one in patterns(get_resolver())}


def keyed_pages() -> set[str]:
    return {name for name, view in pages().items() if getattr(view, TAKES_POSTS, "") == "keyed"}


def test_a_post_is_keyed_or_has_its_reason() -> None:
    found = {name: getattr(view, TAKES_POSTS, "") for name, view in pages().items()}
    assert len(keyed_pages()) > 60
    without = {name for name, how in found.items() if how and how != "keyed"}
    assert without <= UNKEYED, f"without a key: {sorted(without - UNKEYED)}"
    assert without >= {name for name in UNKEYED if not name.startswith("demonstration")}


def test_a_page_that_has_not_said_so_takes_no_post(db: None) -> None:
    """The middleware stands before the view: a write that forgot its key is found by whoever tries it first."""
    assert Client().get("/search/").status_code == 200
    assert Client().post("/search/").status_code == 405
    request = RequestFactory().put("/search/")
    request.resolver_match = None
    assert WritesMiddleware(lambda asked: HttpResponse()).process_view(request, pages()["withdraw"], (), {})


def api_writes() -> set[tuple[str, str]]:
    """Return method and path of every operation of the API that asks for a key."""
    return {
        (method, path)
        for path, methods in api.get_openapi_schema()["paths"].items()
        for method, operation in methods.items()
        if method.upper() not in SAFE_METHODS and WITHOUT_KEY not in operation
    }


def test_every_write_of_the_api_goes_through_its_door() -> None:
    paths = api.get_openapi_schema()["paths"]
    for method, path in api_writes():
        assert "Idempotency-Key" in {one["name"] for one in paths[path][method]["parameters"]}
    unkeyed = {
        operation["operationId"]: operation[WITHOUT_KEY]
        for methods in paths.values()
        for operation in methods.values()
        if WITHOUT_KEY in operation
    }
    assert set(unkeyed) == ASKS
    assert all(unkeyed.values())


def test_every_form_that_posts_brings_a_key() -> None:
    """But those of the addresses without a key, which say where they go or are the only form of their page."""
    own_page = {
        *("parts/login.html", "parts/login_code.html", "parts/officer_login.html", "parts/step_up.html"),
        *("parts/idle.html", "parts/appearance.html", "parts/demonstration_bar.html", "demonstration/cast.html"),
        *(
            "citizen/ratings/answer.html",
            "citizen/complaints/track.html",
            "citizen/early.html",
            "citizen/early_code.html",
            "citizen/early_draft.html",
        ),
        *("citizen/finder.html", "citizen/ask_reply.html", "citizen/conversation_hand_over.html"),
        *("citizen/place.html", "citizen/precheck.html", "citizen/progress.html", "citizen/hotline/follow.html"),
        "citizen/fees/check.html",
        *("citizen/early.html", "citizen/early_code.html", "citizen/early_draft.html"),
        *("staff/choose_post.html", "staff/reveal.html", "staff/certificates/check_batch.html"),
        *("supervision/audit.html", "staff/sharing/use.html"),
        *("kiosk/card.html", "kiosk/enrol.html", "parts/machine_bar.html", "parts/outside_second.html"),
    }
    for path in sorted(TEMPLATES.glob("**/templates/**/*.html")):
        name = str(path).split("/templates/")[1]
        text = path.read_text(encoding="utf-8")
        for form in re.findall(r"<form[^>]*method=\"post\".*?</form>", text, re.DOTALL):
            if name in own_page or '{% url "logout" %}' in form:
                assert "idempotency_key" not in form, f"{name}: a key that nobody reads"
            else:
                assert "{% idempotency_key %}" in form, f"{name}: {form[:80]}"
