"""What an approver rules on a case, before it is put into the words of a decision."""

from dataclasses import dataclass

from onedoor.platform.cases import grounds


@dataclass(frozen=True)
class Ruling:
    """A denial has a code of `grounds.DENIAL`, a reason, how to mend it and the articles it rests on (R-CASE-5)."""

    granted: bool
    reason: str = ""
    reason_code: str = ""
    how_to_fix: str = ""
    basis: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "reason", self.reason.strip())
        object.__setattr__(self, "how_to_fix", self.how_to_fix.strip())
        object.__setattr__(self, "basis", tuple(self.basis))

    def check(self) -> None:
        """:raises InvalidInput: a denial lacks its ground."""
        if not self.granted:
            words = {"reason": self.reason, "how_to_fix": self.how_to_fix, "basis": "；".join(self.basis)}
            grounds.check(grounds.DENIAL, code=self.reason_code, **words)
