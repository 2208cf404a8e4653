"""The names of places beside their codes, for tables that are kept by code."""

from collections.abc import Iterable

from onedoor.platform.identity import queries as identity


def names_of(codes: Iterable[str]) -> dict[str, str]:
    """Return the full names of the divisions with these codes; an unknown code has none. One query."""
    wanted = {code for code in codes if code}
    found = {row.code: row.full_name or row.name for row in identity.divisions_with(wanted - {identity.NATION})}
    return found | ({identity.NATION: "全国"} if identity.NATION in wanted else {})
