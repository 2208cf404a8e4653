"""Every read of the publisher; callers import them from here."""

from onedoor.platform.publishing.access import PublicationNotFound
from onedoor.platform.publishing.queries.desk import (
    CHANNELS,
    EVERYBODY,
    KINDS,
    TOPICS,
    Desk,
    deeds_possible,
    desk_of,
    get_publication,
    list_accounts,
    list_publications,
    picture_at_desk,
    standing_version,
    to_carry_on,
)
from onedoor.platform.publishing.queries.news import MOST as NEWS
from onedoor.platform.publishing.queries.news import Article, list_news, read_news, read_picture
from onedoor.platform.publishing.queries.reach import Reached, ReachRow, reach_of
from onedoor.platform.publishing.queries.subscriptions import my_subscriptions

__all__ = [
    "CHANNELS",
    "EVERYBODY",
    "KINDS",
    "TOPICS",
    "Article",
    "Desk",
    "PublicationNotFound",
    "ReachRow",
    "Reached",
    "deeds_possible",
    "desk_of",
    "get_publication",
    "list_accounts",
    "NEWS",
    "list_news",
    "list_publications",
    "my_subscriptions",
    "picture_at_desk",
    "reach_of",
    "read_news",
    "read_picture",
    "standing_version",
    "to_carry_on",
]
