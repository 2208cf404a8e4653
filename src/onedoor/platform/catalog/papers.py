"""What may stand in a paper's place: data, a certificate, a commitment (告知承诺), or the paper itself later (容缺)."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from onedoor.platform.catalog.strict import Limit, NonEmpty, StrictModel
from onedoor.platform.kernel.crypto import canonical_json, sm3

# Who somebody is, what they ask for and what others agree to is never brought later (R-TOL-3).
NEVER_LATER = ("身份证", "身份证明", "户口簿", "申请表", "申请书", "同意书", "授权书")
LEAST_PROMISED = Limit(days=5)  # what an item has to promise so that there is time for a paper that comes later
LONGEST_TEXT = 600  # characters; the whole that is told has to fit on a page: `plain_words` (R-COM-4)


class Waiver(StrictModel):
    """How data make a paper unnecessary: the connector that answers instead, or the kind of certificate."""

    kind: Literal["data", "certificate"]
    source: NonEmpty  # connector code such as "police.household", or a certificate kind
    text: str = ""


class CommitmentPolicy(StrictModel):
    """
    What a person may promise in place of a proof, what it means to break the promise, and how it is checked afterwards.

    A changed text is another `version`: what somebody signed stays what it was.
    """

    version: Annotated[int, Field(ge=1)] = 1
    told: NonEmpty  # what would have to be proved, and on which ground
    text: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_TEXT, strip_whitespace=True)]
    liability: NonEmpty
    check: Literal["data", "visit", "sample", "document"]
    within: Limit  # of the check, from the day the application is handed in

    @property
    def digest(self) -> str:
        """Digest of all that is told and promised."""
        content = self.model_dump(include={"version", "told", "text", "liability"}, mode="json")
        return sm3(canonical_json(content)).hex()


class TolerancePolicy(StrictModel):
    """That a secondary paper may come after acceptance, and within how long."""

    within: Limit = Limit(days=10)
