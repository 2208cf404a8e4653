"""How a worklist is narrowed and sorted: a sieve, typed into the page's address or kept as a queue."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

LONGEST = 80  # of one part of a sieve
SOON = 3  # days ahead, today not counted
DUE = {"over": "已经超期", "soon": f"{SOON} 天内到期"}
ORDERS = {"urgent": "最急的在前", "opened": "等得最久的在前"}


@dataclass(frozen=True)
class Sieve:
    """What is let through: a step, an item, a place, a time; empty lets everything through."""

    duty: str = ""
    item: str = ""
    within: str = ""
    due: str = ""  # one of DUE
    order: str = ""  # one of ORDERS; empty is urgent

    @classmethod
    def read(cls, given: Mapping[str, str]) -> "Sieve":
        """Read a sieve out of an address or a kept queue; what is no choice lets everything through."""
        found = {one.name: str(given.get(one.name, ""))[:LONGEST] for one in fields(cls)}
        found["due"] = found["due"] if found["due"] in DUE else ""
        found["order"] = "opened" if found["order"] == "opened" else ""
        found["within"] = found["within"] if found["within"].isdigit() and len(found["within"]) == 12 else ""
        return cls(**found)

    def chosen(self) -> dict[str, str]:
        """Return what is chosen, for an address or to keep."""
        return {name: value for name, value in asdict(self).items() if value}
