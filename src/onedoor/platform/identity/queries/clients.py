"""The systems that call the API, for their administrators."""

from datetime import date
from typing import Any

from django.db.models import Max, Prefetch, QuerySet

from onedoor.platform.identity.models import ApiClient, Post
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import NotFound
from onedoor.platform.kernel.scopes import within_reach


class ClientNotFound(NotFound):
    code, message = "identity.client_not_found", "没有找到这个接口客户端，或它不在您的管辖范围内，请从列表中选择。"


def _visible(actor: Actor) -> QuerySet[ApiClient]:
    """Return the clients with a post within reach, each with its `posts_here` and when it last took a token."""
    actor.require_one_of("identity.manage", "identity.manage_security")
    here = Post.objects.filter(within_reach(actor, field="division_id", by_line=False))
    posts = here.select_related("organization", "division", "approved_by").order_by("-pk")
    found = ApiClient.objects.filter(login__in=here.values("login_id")).select_related("login")
    found = found.prefetch_related(Prefetch("login__posts", posts, to_attr="posts_here"))
    return found.annotate(last_token_at=Max("tokens__issued_at"))


def list_clients(*, actor: Actor) -> list[ApiClient]:
    """Return the clients within the administrator's reach, the newest first; two queries."""
    return list(_visible(actor).order_by("-pk"))


def get_client(*, client_id: int, actor: Actor) -> ApiClient:
    """:raises ClientNotFound: there is none within reach."""
    client = _visible(actor).filter(pk=client_id).first()
    if client is None:
        raise ClientNotFound
    return client


def state_of_client(client: ApiClient, *, on: date) -> str:
    """Return how a client of `list_clients` or `get_client` stands: waiting, live, suspended, ended."""
    login: Any = client.login  # with what the prefetch has put there
    post: Post = login.posts_here[0]
    if post.valid_to is not None and post.valid_to <= on:
        return "ended"
    if client.suspended_at is not None:
        return "suspended"
    return "live" if post.approved_at is not None else "waiting"
