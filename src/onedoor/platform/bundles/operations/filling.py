"""Fill a bundle in: what belongs to it, one form, one set of papers, saved on the server screen by screen."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import IO, Any
from uuid import UUID

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.bundles import access, catalogue, merging
from onedoor.platform.bundles.models import BundleCase, BundlePaper
from onedoor.platform.bundles.screens import Screens
from onedoor.platform.bundles.states import State
from onedoor.platform.cases.forms.validation import CleanedSection
from onedoor.platform.cases.operations.drafts import MaterialNotFound
from onedoor.platform.cases.operations.expiry import kept_until
from onedoor.platform.files import operations as files
from onedoor.platform.files.granting import drop_grants
from onedoor.platform.identity import queries as identity
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.clock import day_of
from onedoor.platform.kernel.errors import InvalidInput, OneDoorError


class NothingOnline(OneDoorError):
    code, http_status, message = (
        "bundles.nothing_online",
        409,
        "这件事里还没有能在网上办的事项。各项到哪里办、怎么办，页面上都写着；打算办的时候照着去就可以。",
    )


@transaction.atomic
def begin_bundle(*, code: str, actor: Actor, at: datetime) -> BundleCase:
    """
    Begin a bundle of one's own; one that is being filled in is taken up again.

    :raises BundleNotFound, NothingOnline: why it cannot begin.
    :raises NotLoggedIn: nobody has logged in.
    """
    person_id = actor.require_person()
    version = catalogue.version_in_force(code, on=day_of(at))
    going_on = BundleCase.objects.filter(
        applicant_id=person_id, version__code=code, state=State.FILLING, expires_at__gt=at
    )
    found = going_on.select_related("version").first()
    if found is not None:
        return found
    division = identity.residence_of(person_id, on=day_of(at))
    if not catalogue.items_of(version.bundle, division=division, on=day_of(at)):
        raise NothingOnline
    made = BundleCase.objects.create(
        version=version,
        applicant_id=person_id,
        division=division,
        wanted=[member.code for member in version.bundle.members if not member.optional],
        created_at=at,
        saved_at=at,
        expires_at=kept_until(division=division, at=at),
    )
    audit.record("bundles.begin", actor=actor, at=at, target=made.target, division=division, code=code)
    return made


@transaction.atomic
def choose_members(
    *, bundle_id: UUID, revision: int, asks: Mapping[str, Any], wanted: Collection[str], actor: Actor, at: datetime
) -> BundleCase:
    """
    Say what is the case and which optional members are wanted; what belongs to it follows.

    :raises InvalidInput: a question is not answered, or nothing that can be handed in is left.
    """
    case = access.require_filling(bundle_id, actor=actor, at=at, revision=revision)
    missing = {ask.code: f"请选择“{ask.label}”。" for ask in case.bundle.asks if asks.get(ask.code) in (None, "")}
    if missing:
        raise InvalidInput(missing)
    case.asks = {ask.code: asks[ask.code] for ask in case.bundle.asks}
    case.wanted = [member.code for member in case.bundle.members if not member.optional or member.code in wanted]
    if not Screens.of(case, at=at).begins:
        raise InvalidInput({"members": "至少选一项可以在网上办的。"})
    _touch(case, at)
    audit.record("bundles.choose", actor=actor, at=at, target=case.target, division=case.division, members=case.wanted)
    return case


@transaction.atomic
def save_bundle_section(
    *, bundle_id: UUID, revision: int, section: str, cleaned: CleanedSection, actor: Actor, at: datetime
) -> BundleCase:
    """
    Save one screen; what cannot be used yet is kept as typed.

    :raises StaleVersion: another device saved in between; nothing is overwritten.
    """
    case = access.require_filling(bundle_id, actor=actor, at=at, revision=revision)
    definition = Screens.of(case, at=at).section(section)
    if definition is None:
        raise access.BundleCaseNotFound
    codes = {field.code for field in definition.asked_fields(case.answers)}
    case.answers = {code: value for code, value in case.answers.items() if code not in codes} | dict(cleaned.answers)
    others = {path: text for path, text in case.typed.items() if path.split(".")[0] not in codes}
    case.typed = others | dict(cleaned.typed)
    _touch(case, at)
    audit.record("bundles.save_section", actor=actor, at=at, target=case.target, section=section)
    return case


@transaction.atomic
def add_bundle_paper(
    *, bundle_id: UUID, paper: str, content: bytes | IO[bytes], name: str, actor: Actor, at: datetime
) -> BundlePaper:
    """
    Keep a photographed or scanned paper for all members that need it.

    :raises MaterialNotFound: the bundle does not ask for it.
    :raises FileRefused: its content is nothing the item takes for this paper, or it is too large.
    """
    case = access.require_filling(bundle_id, actor=actor, at=at)
    asked = next((one for one in Screens.of(case, at=at).papers() if one.code == paper), None)
    if asked is None:
        raise MaterialNotFound
    stored = files.store_file(
        content=content, name=name, target=case.target, actor=actor, at=at, accept=asked.definition.accept
    )
    given, _ = BundlePaper.objects.get_or_create(bundle=case, code=paper, file=stored, defaults={"given_at": at})
    _touch(case, at)
    audit.record("bundles.add_paper", actor=actor, at=at, target=case.target, paper=paper, file=stored.pk)
    return given


@transaction.atomic
def remove_bundle_paper(*, bundle_id: UUID, paper_id: int, actor: Actor, at: datetime) -> None:
    """Take a paper out again; its file is destroyed."""
    case = access.require_filling(bundle_id, actor=actor, at=at)
    case.papers.filter(pk=paper_id).delete()
    drop_grants(target=case.target, at=at, still=list(case.papers.values_list("file_id", flat=True)))
    _touch(case, at)
    audit.record("bundles.remove_paper", actor=actor, at=at, target=case.target, paper=paper_id)


@transaction.atomic
def discard_bundle(*, bundle_id: UUID, actor: Actor, at: datetime) -> None:
    """Throw away what is being filled in, with its papers."""
    case = access.require_filling(bundle_id, actor=actor, at=at)
    audit.record("bundles.discard", actor=actor, at=at, target=case.target, division=case.division)
    throw_away(case, at=at)


def throw_away(case: BundleCase, *, at: datetime) -> None:
    """Take a bundle that was never submitted away with everything in it; the caller has recorded it."""
    case.papers.all().delete()
    drop_grants(target=case.target, at=at)
    case.delete()


def _touch(case: BundleCase, at: datetime) -> None:
    case.revision, case.saved_at = case.revision + 1, at
    case.expires_at = kept_until(division=case.division, at=at)
    case.save(update_fields=["asks", "wanted", "answers", "typed", "revision", "saved_at", "expires_at"])


def required_papers(case: BundleCase, *, at: datetime) -> list[merging.PaperAsked]:
    """Return the papers that are asked for and not there."""
    given = set(case.papers.values_list("code", flat=True))
    return [paper for paper in Screens.of(case, at=at).papers() if paper.code not in given]
