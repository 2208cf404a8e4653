"""Open cases that may be the same matter, for the officer who has one of them."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from onedoor.platform.cases import twins
from onedoor.platform.cases.models import Case
from onedoor.platform.kernel.actors import Actor
from onedoor.standards.masks import mask_name

MOST = 20
SAME_ADDRESS = "住址与本件相同（线索较弱，可能是同住一处的另一家，也可能是租房、集体户）"
SAME_TELEPHONE = "申请人的手机号与本件相同（线索较弱，可能是同住，也可能是代办人的号码）"


@dataclass
class Twin:
    """Another open case that may be the same matter; `number` is "" where the officer's post does not reach."""

    number: str
    organ: str  # whom to ask
    members: list[str] = field(default_factory=list)  # of this household, named there too; masked
    same_address: bool = False
    same_telephone: bool = False

    @property
    def reasons(self) -> list[str]:
        """Why they may be one, the stronger reason first."""
        named = [f"家庭成员{'、'.join(self.members)}也列在其中"] if self.members else []
        address = [SAME_ADDRESS] if self.same_address else []
        return [*named, *address, *([SAME_TELEPHONE] if self.same_telephone else [])]


def twins_of(case: Case, *, actor: Actor) -> list[Twin]:
    """
    Return the open cases of the same item that name a member of this household, or in which another applicant has the
    same address or telephone, in any place. One query each; none where it is known that there are none.

    Of a case elsewhere the officer learns only that there is one, why, and which organ to ask.
    """
    found: dict[int, Twin] = {}
    for other, why, member in _alike(case):
        if other.pk not in found:
            may_open = actor.may("cases.view", division=other.division, line=other.line)
            found[other.pk] = Twin(other.number if may_open else "", other.receiving_organization.name)
        twin = found[other.pk]
        twin.members += [member] if member else []
        twin.same_address |= why == "address"
        twin.same_telephone |= why == "telephone"
    return list(found.values())


def _alike(case: Case) -> Iterator[tuple[Case, str, str]]:
    """Yield another case, in what it is alike, and the member named in both."""
    if getattr(case, "has_twins", True):
        for row in twins.named_also_in(case)[:MOST]:
            yield row.case, "member", mask_name(row.person.name)
    if getattr(case, "has_address_twins", True):
        for other in twins.living_alike(case)[:MOST]:
            yield other, "address", ""
    if getattr(case, "has_telephone_twins", True):
        for other in twins.called_alike(case)[:MOST]:
            yield other, "telephone", ""
