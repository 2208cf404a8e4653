"""Whether what somebody is asked can be understood when it is read aloud, and a promise fits one page (R-COM-4)."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

ONE_PAGE = 900  # characters: what has to be proved, what is promised and what follows, on a page in large print
LONGEST_SENTENCE = 60  # characters; the name of a law takes none of them
PARTS = {"told": "证明义务", "text": "承诺内容", "liability": "不实的后果"}
# Words of files and what people say for them; "" where the sentence needs nothing in their place.
PLAIN = {
    "予以": "给",
    "前述": "前面说的",
    "上述": "上面说的",
    "该等": "这些",
    "鉴于": "因为",
    "届时": "到时候",
    "兹": "",
    "特此": "",
}


def reading_faults(definition: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield, for every commitment of a definition, the place and the sentence of what keeps it from being plain."""
    papers = definition.get("materials")
    for number, paper in enumerate(papers if isinstance(papers, list | tuple) else ()):
        policy = paper.get("commitment") if isinstance(paper, Mapping) else None
        if not isinstance(policy, Mapping):
            continue
        texts = {part: str(policy.get(part) or "") for part in PARTS}
        place = f"materials.{number}.commitment"
        length = sum(map(len, texts.values()))
        if length > ONE_PAGE:
            yield place, f"告知承诺共 {length} 个字，一页放不下，请减到 {ONE_PAGE} 个字以内。"
        for part, text in texts.items():
            for complaint in hard_words(text):
                yield place, f"{PARTS[part]}：{complaint}"


def hard_words(text: str) -> Iterator[str]:
    """Yield what in a text is hard to follow when it is heard, and what to say instead."""
    for sentence in re.split(r"[。；！？\n]", text):
        length = len(re.sub(r"《[^》]*》", "", sentence).strip())
        if length > LONGEST_SENTENCE:
            yield f"“{sentence.strip()[:12]}……”一句有 {length} 个字，念出来听不明白，请分成几句。"
    for word, plain in PLAIN.items():
        if word in text:
            yield f"“{word}”不好懂，请" + (f"改为“{plain}”。" if plain else "删去。")
