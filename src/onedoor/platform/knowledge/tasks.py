"""In the background: let a model put an answer into one piece, and keep of it only what rests on what was quoted."""

import structlog
from django.db import transaction

from onedoor.platform.exchange import phrasing
from onedoor.platform.exchange.adapters import NotAnswered
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.tasks import task
from onedoor.platform.knowledge import rules
from onedoor.platform.knowledge.models import Turn

MACHINE = Actor.system("问答")
log = structlog.get_logger()


@task(attempts=3)
def phrase(*, turn_id: int) -> None:
    """Ask the model with the quoted passages alone; a sentence that is not supported by what it cites is dropped."""
    turn = Turn.objects.filter(pk=turn_id, phrasing=Turn.Phrasing.ASKED).select_related("conversation").first()
    if turn is None or not turn.passages:
        return
    asked = turn.conversation.turns.filter(seq=turn.seq - 1).first()
    passages = [str(one["text"]) for one in turn.passages]
    try:
        told = phrasing.phrase(
            question=str(asked.text) if asked else "",
            passages=passages,
            purpose="knowledge.phrase",
            target=turn.conversation.target,
            actor=MACHINE,
            at=clock.now(),
            wall=clock.wall(),
        )
    except NotAnswered as failure:
        log.warning("knowledge.not_phrased", turn=turn_id, reason=str(failure))
        told = ""
    _keep(turn_id, told, passages)


@transaction.atomic
def _keep(turn_id: int, told: str, passages: list[str]) -> None:
    turn = Turn.objects.select_for_update(of=("self",)).get(pk=turn_id)
    sentences = rules.sentences(told)
    kept = [one for one in sentences if rules.supported(one, passages)]
    if len(kept) < len(sentences):
        log.info("knowledge.sentences_dropped", turn=turn_id, dropped=len(sentences) - len(kept))
    turn.phrased = "".join(f"{one.text}{''.join(f'[{number}]' for number in one.cites)}" for one in kept)
    turn.phrasing = Turn.Phrasing.CHECKED if kept else Turn.Phrasing.DROPPED
    turn.save(update_fields=["phrased", "phrasing"])
