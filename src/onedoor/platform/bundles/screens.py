"""The way through a bundle that is being filled in: what is chosen, its screens, its papers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from onedoor.platform.bundles import catalogue, merging
from onedoor.platform.bundles.definitions import Member
from onedoor.platform.bundles.models import BundleCase
from onedoor.platform.cases.forms.validation import asked_in, check_form, typed_problems
from onedoor.platform.catalog.forms import Form, Section
from onedoor.platform.catalog.items import ServiceItem
from onedoor.platform.kernel.clock import day_of


@dataclass(frozen=True)
class Screens:
    """A bundle case together with the items its members have at its place today."""

    case: BundleCase
    items: Mapping[str, ServiceItem]
    members: Sequence[Member]  # those that belong to it, in the order in which they are begun
    form: Form | None

    @classmethod
    def of(cls, case: BundleCase, *, at: datetime) -> "Screens":
        bundle = case.bundle
        items = catalogue.items_of(bundle, division=case.division, on=day_of(at))
        members = merging.taking_part(bundle, case.asks, case.wanted)
        begins = merging.asked_now(members, items)
        return cls(case, items, members, merging.merged_form(bundle, items, begins))

    @property
    def begins(self) -> list[str]:
        """The members that are handed in at once."""
        return merging.asked_now(self.members, self.items)

    @property
    def sections(self) -> Sequence[Section]:
        return self.form.shown_sections(self.case.answers) if self.form else ()

    def section(self, code: str) -> Section | None:
        return self.form.section(code) if self.form else None

    def papers(self) -> list[merging.PaperAsked]:
        return merging.papers_asked(self.case.bundle, self.items, self.begins, self.case.answers)

    def asked(self) -> set[str]:
        """Return the codes of the questions the answers so far make the form ask."""
        return asked_in(self.form, self.case.answers) if self.form else set()

    def problems(self) -> dict[str, str]:
        """Return everything that keeps the answers from being handed in, by path, as sentences for the person."""
        if self.form is None:
            return {}
        found = check_form(self.form, self.case.answers)
        asked = self.asked()
        kept = {path: text for path, text in self.case.typed.items() if path.split(".")[0] in asked}
        for section in self.sections:
            found |= typed_problems(section, kept)
        return found
