"""Callbacks of providers: each is signed, so there is no session, no form and no key of a page."""

from collections.abc import Sequence

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.request import RawPostDataException
from django.views.decorators.csrf import csrf_exempt

from onedoor.platform.catalog.queries import ItemCard
from onedoor.platform.channels import wechat as account
from onedoor.platform.kernel import clock, replays
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.crypto import sm3
from onedoor.platform.kernel.errors import OneDoorError
from onedoor.platform.knowledge import queries as knowledge
from onedoor.platform.messages import official_account, operations
from onedoor.platform.payments import gateway
from onedoor.platform.payments import operations as payments
from onedoor.web.parts import refusals
from onedoor.web.parts.writes import unkeyed

LARGEST = 64 * 1024


@csrf_exempt
@login_not_required
@unkeyed("a provider's receipt, signed and the same for ever")
def sms_receipt(request: HttpRequest, provider: str) -> HttpResponse:
    """Take the receipt of an SMS from the gateway that carried it."""
    if request.method != "POST":
        return HttpResponse(status=405)
    try:
        message_id, reason = operations.read_receipt(
            provider=provider,
            timestamp=request.headers.get("X-OneDoor-Timestamp", ""),
            signature=request.headers.get("X-OneDoor-Signature", ""),
            body=_body(request),
            wall=clock.wall(),
        )
    except OneDoorError as refusal:
        return _refused(request, refusal)
    machine = Actor.system("消息")
    operations.take_receipt(message_id=message_id, provider=provider, reason=reason, actor=machine, at=clock.now())
    return HttpResponse(status=204)


@csrf_exempt
@login_not_required
@unkeyed("WeChat's callback, signed and sealed; the id of what was said is its key")
def wechat(request: HttpRequest) -> HttpResponse:
    """Prove that this address is ours, or answer what a follower of the official account has said."""
    wall = clock.wall()
    try:
        if request.method != "POST":
            echo = official_account.check_address(request.GET.dict(), wall=wall)
            return HttpResponse(echo, content_type="text/plain; charset=utf-8")
        said = official_account.read(request.GET.dict(), _body(request), wall=wall)
    except OneDoorError as refusal:
        return _refused(request, refusal)
    told = replays.once(
        said.identifier,
        actor=Actor.anonymous(),
        scope="wechat_callback",
        content=said.identifier,
        at=clock.now(),
        perform=lambda: {"text": account.answer(said, find=_find, at=clock.now())},
    )
    if not told["text"]:
        return HttpResponse("success", content_type="text/plain; charset=utf-8")
    return HttpResponse(official_account.write(told["text"], said, wall=wall), content_type="application/xml")


@csrf_exempt
@login_not_required
@unkeyed("the payment platform's notice, signed; its id is its key")
def treasury(request: HttpRequest) -> HttpResponse:
    """Take the payment platform's word that an order is paid; the same notice again has no second effect."""
    if request.method != "POST":
        return HttpResponse(status=405)
    names = {"timestamp": gateway.TIME, "nonce": gateway.NONCE, "signature": gateway.SIGNATURE}
    told = {name: request.headers.get(header, "") for name, header in names.items()}
    try:
        notice = gateway.read_notice(**told, body=_body(request), wall=clock.wall())
        replays.once(
            notice.identifier,
            actor=Actor.anonymous(),
            scope="treasury_notice",
            content=sm3(_body(request)).hex(),
            at=clock.now(),
            perform=lambda: {"number": _count(notice)},
        )
    except OneDoorError as refusal:
        return _refused(request, refusal)
    return HttpResponse(status=204)


def _count(notice: gateway.Notice) -> str:
    payments.take_money(
        number=notice.number,
        trade=notice.trade,
        amount=notice.amount,
        paid_on=notice.paid_on,
        actor=Actor.system("收费"),
        at=clock.now(),
    )
    return notice.number


def _find(words: str) -> Sequence[ItemCard]:
    """The search of the whole house; a follower has told no place."""
    return knowledge.items_about(
        words=[words], place=knowledge.place_at(division="", on=clock.today()), on=clock.today()
    )


def _body(request: HttpRequest) -> bytes:
    """Return what was sent; a form, which has been read apart by now, is no callback."""
    try:
        return request.body[:LARGEST]
    except RawPostDataException:
        return b""


def _refused(request: HttpRequest, refusal: OneDoorError) -> HttpResponse:
    refusals.record(request, refusal)
    return HttpResponse(status=refusal.http_status)
