"""The news of the country, or of the place named in the address (?place=330113000000), as RSS and Atom; public and cached."""

from datetime import datetime

from django.contrib.auth.decorators import login_not_required
from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel import clock
from onedoor.platform.publishing import queries
from onedoor.platform.publishing.queries import Article

QUARTER = 900


class News(Feed):  # type: ignore[type-arg]
    """What stands on the site; what was recalled is gone from it, and its address answers 410."""

    feed_type = Rss201rev2Feed
    title = "一门通 民政通知"
    language = "zh-cn"
    description = subtitle = "民政部门发布的政策和通知"

    def link(self) -> str:
        return reverse("news")

    def get_object(self, request: HttpRequest) -> str:
        found = identity.find_division(request.GET.get("place", ""))
        return found.code if found else identity.NATION

    def items(self, place: str) -> list[Article]:
        return queries.list_news(chain=identity.chain(place), on=clock.today())

    def item_title(self, item: Article) -> str:
        return item.title

    def item_description(self, item: Article) -> str:
        return item.summary

    def item_link(self, item: Article) -> str:
        return item.address

    def item_pubdate(self, item: Article) -> datetime:
        return item.published_at

    def item_author_name(self, item: Article) -> str:
        return item.organ

    def item_categories(self, item: Article) -> list[str]:
        return [item.topic_title]


class AtomNews(News):
    feed_type = Atom1Feed  # type: ignore[assignment]


@login_not_required
@require_safe
@cache_control(public=True, max_age=QUARTER)
def rss(request: HttpRequest) -> HttpResponse:
    return News()(request)


@login_not_required
@require_safe
@cache_control(public=True, max_age=QUARTER)
def atom(request: HttpRequest) -> HttpResponse:
    return AtomNews()(request)
