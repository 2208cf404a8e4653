"""What a mark says, line by line."""

from datetime import datetime
from unicodedata import east_asian_width

from django.utils import timezone

from onedoor.platform.kernel.actors import Actor
from onedoor.standards.masks import mask_name

LONGEST_LINE = 36  # a Chinese character counts two; organs have long names, cases long numbers


def words_for(*, matter: str, code: str, actor: Actor, at: datetime) -> tuple[str, ...]:
    """Return for whom, when, for which matter a copy is made, and the code by which the auditor finds the look."""
    local = timezone.localtime(at)
    return (
        *_broken(actor.organization_name or "网上代办"),
        f"{_who(actor)} {local:%Y-%m-%d %H:%M}",
        *_broken(f"仅供{matter} 使用"),
        f"水印码 {code}",
    )


def _who(actor: Actor) -> str:
    if actor.post_id is None:
        return "代理人"
    own, _, _ = actor.name.partition("（")  # a deputy's name carries whose post it is, a helper's that it is help
    return f"{mask_name(own)} {actor.post_id}号岗"


def _broken(text: str) -> list[str]:
    """Return a text in as few lines as it needs, of about the same width."""
    widths = [2 if east_asian_width(one) in "WF" else 1 for one in text]
    lines = max(1, -(-sum(widths) // LONGEST_LINE))
    broken, reached = [""] * lines, 0
    for one, width in zip(text, widths, strict=True):
        broken[min(reached * lines // sum(widths), lines - 1)] += one
        reached += width
    return broken
