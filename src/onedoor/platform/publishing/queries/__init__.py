"""Every read of the publisher; callers import them from here."""

from onedoor.platform.publishing.access import PublicationNotFound
from onedoor.platform.publishing.queries.desk import (
    CHANNELS,
    EVERYBODY,
    KINDS,
    TOPICS,
    Desk,
    blocks_of,
    deeds_possible,
    desk_of,
    get_publication,
    list_accounts,
    list_publications,
    standing_version,
    to_carry_on,
)
from onedoor.platform.publishing.queries.news import Article, list_news, read_news
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
    "blocks_of",
    "deeds_possible",
    "desk_of",
    "get_publication",
    "list_accounts",
    "list_news",
    "list_publications",
    "my_subscriptions",
    "reach_of",
    "read_news",
    "standing_version",
    "to_carry_on",
]
