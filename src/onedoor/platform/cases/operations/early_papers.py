"""Papers given before logging in: looked at as any other, kept with the early draft, gone with it, or taken along."""

from datetime import datetime
from typing import IO

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.cases.models import EarlyPaper
from onedoor.platform.cases.operations.drafts import MaterialNotFound
from onedoor.platform.cases.operations.early import lock_opened, prolong
from onedoor.platform.files import operations as files
from onedoor.platform.files.granting import drop_grants
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import OneDoorError

MOST_PAPERS = 20  # of one early draft, whatever their size


class TooManyEarlyPapers(OneDoorError):
    code, http_status, message = (
        "cases.too_many_early_papers",
        409,
        f"没有登录时最多放 {MOST_PAPERS} 份材料。请先删去不用的，或登录后再传；已经上传的都在。",
    )


@transaction.atomic
def add_early_paper(
    *, key: str, material: str, content: bytes | IO[bytes], name: str, actor: Actor, at: datetime
) -> EarlyPaper:
    """
    Keep a photographed or scanned paper with the opened early draft, under the checks of any other.

    :raises EarlyDraftClosed: the pass opens nothing.
    :raises MaterialNotFound: the item does not list it.
    :raises TooManyEarlyPapers: there are many already.
    :raises FileRefused: its content is nothing the item takes for this paper, or it is too large.
    """
    draft = lock_opened(key, at)
    definition = draft.item_version.item.material(material)
    if definition is None:
        raise MaterialNotFound
    if draft.papers.count() >= MOST_PAPERS:
        raise TooManyEarlyPapers
    stored = files.store_file(
        content=content,
        name=name,
        target=draft.target,
        actor=actor,
        at=at,
        accept=definition.accept,
        owner=draft.target,
    )
    paper, _ = EarlyPaper.objects.get_or_create(draft=draft, code=material, file=stored, defaults={"given_at": at})
    prolong(draft, at)
    audit.record(
        "cases.add_early_paper",
        actor=actor,
        at=at,
        target=draft.target,
        division=draft.division,
        material=material,
        file=stored.pk,
    )
    return paper


@transaction.atomic
def remove_early_paper(*, key: str, paper_id: int, actor: Actor, at: datetime) -> None:
    """
    Take a paper out of the opened early draft again; its file is destroyed.

    :raises EarlyDraftClosed: the pass opens nothing.
    """
    draft = lock_opened(key, at)
    draft.papers.filter(pk=paper_id).delete()
    drop_grants(target=draft.target, at=at, still=list(draft.papers.values_list("file_id", flat=True)))
    prolong(draft, at)
    audit.record(
        "cases.remove_early_paper", actor=actor, at=at, target=draft.target, division=draft.division, paper=paper_id
    )
