"""Everything the pages do the API does: a new page fails here until its operations are named."""

from django.urls import URLPattern, URLResolver, get_resolver

from onedoor.api.root import api
from tests.api.inventory import COVERED, ONLY_PAGES, TO_DO


def pages() -> set[str]:
    """Return the names of all addresses but the API's own."""

    def walk(resolver: URLResolver) -> set[str]:
        found = set()
        for one in resolver.url_patterns:
            if isinstance(one, URLPattern):
                found.add(str(one.name))
            elif one.app_name != "ninja":
                found |= walk(one)
        return found

    return walk(get_resolver())


def operations() -> set[str]:
    paths = api.get_openapi_schema()["paths"].values()
    return {operation["operationId"] for methods in paths for operation in methods.values()}


def test_every_page_has_its_operations_or_a_reason() -> None:
    told = [*COVERED, *ONLY_PAGES, *TO_DO]
    assert len(told) == len(set(told))
    assert pages() == set(told)


def test_every_operation_named_is_there() -> None:
    named = {one for operations_of_page in COVERED.values() for one in operations_of_page}
    assert named <= operations(), sorted(named - operations())


def test_what_is_still_to_do_only_shrinks() -> None:
    assert not TO_DO
