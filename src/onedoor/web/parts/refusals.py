"""Turn an expected refusal into a page with a way on, and record it outside the rolled-back transaction."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from onedoor.platform.audit import operations as audit
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import AssuranceTooLow, IdentityUnchecked, NotLoggedIn, OneDoorError
from onedoor.web.parts import held
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import Garbled

View = Callable[..., HttpResponse]
UNNAMED = "names_nobody"  # on a view
TO_PROVE = "再验证一次身份就能办"
TO_CHECK = "先核验证件"  # at the window, where the officer looks and the person types nothing
# What the page is headed with; the refusal's own sentence says what happened and what to do.
HEADINGS = {
    400: "发来的内容不完整",
    401: "已退出登录，请重新登录",
    403: "这一步不能由您办理",
    404: "没有找到",
    409: "情况有了变化，没有办理",
    410: "已经失效",
    422: "还差一点，没有办理",
    429: "太频繁了，请稍后再试",
    507: "现在存不下，请稍后再试",
}


class RefusalMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: object) -> HttpResponse | None:
        """Refuse a NUL in path, query or form of a page: no database keeps one, and nobody types one."""
        if request.path.startswith("/api/"):  # says so itself; its doors first find out who sends a file
            return None
        sent = (
            value for values in (request.GET, request.POST) for pair in values.lists() for value in (pair[0], *pair[1])
        )
        if "\x00" in request.path or any("\x00" in str(value) for value in sent):
            return answer(request, Garbled())
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer an expected refusal; anything else is a bug and goes on to crash loudly."""
        return answer(request, exception) if isinstance(exception, OneDoorError) else None


def answer(request: HttpRequest, refusal: OneDoorError) -> HttpResponse:
    """Record a refusal and show it, or send who has not logged in to the entrance."""
    record(request, refusal)
    if isinstance(refusal, NotLoggedIn):
        return redirect(f"{reverse('login')}?{urlencode({'next': request.get_full_path()})}")
    return page(request, refusal)


def page(request: HttpRequest, refusal: OneDoorError) -> HttpResponse:
    """
    Say what happened, what is kept and where to go on. What was typed by somebody who has to prove more surely who
    they are is kept, and handed in from there.
    """
    to_prove = isinstance(refusal, AssuranceTooLow)
    kept = to_prove and held.hold(request)
    way_on = TO_CHECK if isinstance(refusal, IdentityUnchecked) else TO_PROVE
    context = {
        "refusal": refusal,
        "heading": way_on if to_prove else HEADINGS.get(refusal.http_status, "暂时办不了"),
        "held": kept,
        "after_proof": reverse("held_form") if kept else request.get_full_path(),
    }
    return render(request, "parts/refusal.html", context, status=refusal.http_status)


def names_nobody(view: View) -> View:
    """Let the record of what this view refuses name no citizen: the record tells who had tried just before an unnamed one."""
    setattr(view, UNNAMED, True)
    return view


def record(request: HttpRequest, refusal: OneDoorError) -> None:
    """Record a refusal in the audit record; views that show it inside their own page call this too."""
    match, actor = request.resolver_match, actor_of(request)
    if actor.kind == "citizen" and match is not None and hasattr(match.func, UNNAMED):
        actor = actor.unnamed()
    audit.record_refusal(
        refusal.code,
        actor=actor,
        at=clock.now(),
        path=match.view_name if match else "",
    )
