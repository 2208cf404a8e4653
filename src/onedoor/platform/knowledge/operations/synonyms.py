"""What people say instead: kept by administrators, at work in the very next search."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from onedoor.platform.audit import operations as audit
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import InvalidInput
from onedoor.platform.knowledge.models import Synonym
from onedoor.platform.knowledge.words import normalise

NATION = "000000000000"
KEEP = "knowledge.synonyms"
LONGEST, MOST = 40, 5


@transaction.atomic
def set_synonym(*, word: str, meanings: Sequence[str], actor: Actor, at: datetime) -> Synonym:
    """
    Say what a word people use is called here; no meanings at all switches the word off, the shipped one included.

    :raises InvalidInput: the word or a meaning cannot be used.
    """
    actor.require(KEEP, division=NATION)
    plain, wanted = normalise(word), [one.strip() for one in meanings if one.strip()]
    problems = {}
    if not 2 <= len(plain) <= LONGEST:
        problems["word"] = f"请填写人们的说法，2 到 {LONGEST} 个字。"
    if any(len(one) > LONGEST or normalise(one) == plain for one in wanted) or len(wanted) > MOST:
        problems["meanings"] = f"请填写规范名称，最多 {MOST} 个，每个不超过 {LONGEST} 个字，不要和说法一样。"
    if problems:
        raise InvalidInput(problems)
    row, _ = Synonym.objects.update_or_create(
        word=plain,
        defaults={"meanings": wanted, "login_id": actor.login_id, "recorded_at": at, "recorded_by": actor.name},
    )
    audit.record("knowledge.set_synonym", actor=actor, at=at, target=f"synonym:{row.pk}")
    return row
