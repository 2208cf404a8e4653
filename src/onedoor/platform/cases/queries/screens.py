"""The way through an application: its sections, papers, consents and review, and which of them are done."""

from datetime import datetime

from onedoor.platform.cases import signing
from onedoor.platform.cases.forms.validation import missing_in_section
from onedoor.platform.cases.models import Draft
from onedoor.platform.cases.queries.citizen import needed_consents
from onedoor.platform.cases.queries.papers import has_all_papers
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of

MATERIALS, CONSENTS, SIGNERS, REVIEW = "materials", "consents", "signers", "review"  # what stands behind the sections


def screens_of(draft: Draft) -> list[tuple[str, str]]:
    """Return code and title of every screen of a draft as it stands, in their order."""
    item = draft.item_version.item
    found = [(section.code, section.title) for section in item.form.shown_sections(draft.answers)]
    if item.materials:
        found.append((MATERIALS, "提交材料"))
    if item.consents:
        found.append((CONSENTS, "签署授权"))
    if signing.asked_of(draft):
        found.append((SIGNERS, "共同签字"))
    return [*found, (REVIEW, "核对并提交")]


def done_screens(draft: Draft, *, actor: Actor, at: datetime) -> set[str]:
    """Return the codes of the screens on which nothing is missing; the review is never one of them."""
    item = draft.item_version.item
    sections = item.form.shown_sections(draft.answers)
    done = {one.code for one in sections if not missing_in_section(one, draft)}
    if item.materials:
        whole = len(done) == len(sections) and has_all_papers(draft=draft, at=at)
        done |= {MATERIALS} if whole else set()
    if item.consents:
        needed = needed_consents(draft=draft, actor=actor, at=at, on=day_of(at))
        done |= {CONSENTS} if needed and all(consent.signed for consent in needed) else set()
    asked = signing.asked_of(draft)
    if asked and all(one.is_signed for one in asked):
        done.add(SIGNERS)
    return done
