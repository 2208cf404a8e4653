"""Where other nodes hand in their messages: signed as a whole and one by one, so there is no session and no key of a page."""

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.request import RawPostDataException
from django.views.decorators.csrf import csrf_exempt

from onedoor.platform.kernel import clock
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import OneDoorError
from onedoor.platform.network import operations, receiving
from onedoor.web.parts import refusals
from onedoor.web.parts.writes import unkeyed

SIGNATURE = "X-OneDoor-Signature"
JSON = "application/json; charset=utf-8"


@csrf_exempt
@login_not_required
@unkeyed("messages of another node, signed; number and id of each are its key")
def receive(request: HttpRequest) -> HttpResponse:
    """Store the messages of a node and answer with a signed receipt for each; the same again gets the same receipts."""
    if request.method != "POST":
        return HttpResponse(status=405)
    at = clock.now()
    try:
        signature = request.headers.get(SIGNATURE, "")
        batch = receiving.check_batch(body=_body(request), signature=signature, at=at, wall=clock.wall())
        answer = operations.store_batch(batch=batch, actor=Actor.system("上下级交换"), at=at)
    except OneDoorError as refusal:
        refusals.record(request, refusal)
        return HttpResponse(receiving.refusal(refusal.code), status=refusal.http_status, content_type=JSON)
    return HttpResponse(answer, content_type=JSON)


def _body(request: HttpRequest) -> bytes:
    """Return what was sent; a form, or more than a batch may be, is none."""
    try:
        return request.body
    except (RawPostDataException, RequestDataTooBig):
        return b""
