"""The form on paper: its scans, and the code that stands on one."""

from datetime import datetime
from typing import IO

from onedoor.platform.cases.models import Draft, Material
from onedoor.platform.cases.paper_forms import codes, printing, reading
from onedoor.platform.cases.paper_forms.codes import PaperCode
from onedoor.platform.cases.queries.matter import division_names
from onedoor.platform.catalog.items import PAPER_FORM
from onedoor.platform.catalog.queries import Guide
from onedoor.platform.kernel import limits

MOST_READ = 20  # scans of one login in a minute: each takes seconds of a processor


def code_on_scan(scan: IO[bytes], *, login: int | None, at: datetime) -> PaperCode | None:
    """
    Return the code on a scan just sent, which is left as it came; None when none can be read in time.

    It may take seconds: pages and operations ask before their transaction begins.

    :raises TooManyRequests: this login has sent too many in this minute.
    """
    limits.knock("paper_form", str(login), most=MOST_READ, at=at)
    content = scan.read()
    scan.seek(0)
    return reading.code_on(content)


def blank_form(guide: Guide) -> bytes:
    """Return the blank form of an item as it is offered at the place of its guide, as PDF/A."""
    return printing.blank_form(guide.version, guide.item)


def form_of_draft(draft: Draft) -> bytes:
    """Return the form of a draft, fetched through a checked door, with what is filled in so far."""
    names = division_names(list(draft.item_version.item.form.all_fields()), draft.answers)
    return printing.form_of_draft(draft, names=names)


def is_earlier_form(draft: Draft, *, typed: str, read: PaperCode | None) -> bool:
    """Tell whether the form just taken in was a blank one of an earlier version than the draft it came to."""
    code = codes.parse(typed) if typed.strip() else read
    return code is not None and code.kind == "B" and code.value < draft.item_version_id


def paper_forms_of(draft: Draft) -> list[Material]:
    """Return the scans of a draft's form that was filled in by hand, with their files."""
    return list(draft.materials.filter(code=PAPER_FORM.code).select_related("file").order_by("pk"))
