"""Who signs an application besides its applicant: a spouse, the other members of a household, a guardian's ward."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from onedoor.platform.catalog.conditions import Condition
from onedoor.platform.catalog.strict import Code, NonEmpty, StrictModel


class SignerRole(StrictModel):
    """A part somebody has in the application that makes their signature necessary; `least` of them sign, `most` may."""

    code: Code
    title: NonEmpty
    title_en: str = ""
    when: Condition | None = None  # asked only with these answers
    least: Annotated[int, Field(ge=1, le=10)] = 1
    most: Annotated[int, Field(ge=1, le=10)] = 1
    basis: NonEmpty

    @model_validator(mode="after")
    def most_is_no_less(self) -> "SignerRole":
        if self.most < self.least:
            raise ValueError(f"signers: of {self.code} at least {self.least} and at most {self.most} sign")
        return self


class Signers(StrictModel):
    """
    All who sign besides the applicant, whose own signature is the submission.

    `order`: all at once, or one role after the other as they stand here. How many days each has is a figure.
    """

    roles: Annotated[tuple[SignerRole, ...], Field(min_length=1)]
    order: Literal["together", "one_by_one"] = "together"

    @model_validator(mode="after")
    def codes_differ(self) -> "Signers":
        codes = [role.code for role in self.roles]
        if len(set(codes)) != len(codes):
            raise ValueError("signer codes repeat")
        return self

    @property
    def in_order(self) -> bool:
        return self.order == "one_by_one"

    def asked(self, answers: Mapping[str, Any]) -> list[SignerRole]:
        """Return whose signatures are asked for, given the answers."""
        return [role for role in self.roles if role.when is None or role.when.holds(answers)]

    def place(self, code: str) -> int:
        """Return the place of a role in the order of signing."""
        return next((place for place, role in enumerate(self.roles) if role.code == code), len(self.roles))
