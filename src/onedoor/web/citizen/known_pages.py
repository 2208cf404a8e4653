"""How the publisher knows whether a page a text links to is there."""

from onedoor.platform.catalog import queries as catalog
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.errors import OneDoorError
from onedoor.platform.knowledge import queries as knowledge
from onedoor.platform.publishing import links, queries


def add() -> None:
    links.register("item", _item)
    links.register("policy", _policy)
    links.register("news_article", _news)


def _item(code: str) -> bool:
    return any(one.code == code for one in catalog.list_items(on=clock.today()))


def _policy(number: str) -> bool:
    try:
        return knowledge.read_public_entry(number=number, on=clock.today()).in_force
    except OneDoorError:
        return False


def _news(number: str) -> bool:
    try:
        return queries.read_news(number=number, on=clock.today()).recalled_at is None
    except OneDoorError:
        return False
