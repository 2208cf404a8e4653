"""
What stands in Chinese on a page of another language is marked as Chinese, so that a voice reads it as such (WCAG 3.1.2).

Names, answers and the texts of the law are shown as they are; no template has to remember to say what they are in.
"""

import re
from collections.abc import Callable
from functools import cache, partial

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from onedoor.platform.kernel import clock
from onedoor.platform.kernel.languages import chosen, further, item_words, languages

TAG = re.compile(r"(<!--.*?-->|<[^>]*>)", re.S)
NAME = re.compile(r"</?([a-zA-Z][\w-]*)")
HAN = r"[\u3400-\u9fff]"
RUN = re.compile(
    rf"{HAN}(?:[\u3400-\u9fff\u3000-\u303f\uff00-\uffef\w .,:%·“”《》/-]*[\u3400-\u9fff\u3000-\u303f\uff00-\uffef])?"
)
# Elements that have no end, and those whose text is no text or cannot hold an element of its own.
EMPTY = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr", "use")
)
SILENT = frozenset(("script", "style"))
PLAIN = frozenset(("title", "option", "textarea", "text", "tspan"))


class LanguageMiddleware:
    """Make the page in the language chosen on this device, and mark what of it is in Chinese all the same."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = chosen(request.COOKIES.get("lang", "zh"))
        if language == "zh" or request.path.startswith("/api/"):
            return self.get_response(request)
        words = cache(partial(further, languages()[language], on=clock.today()))
        reading = item_words.set(words)
        try:
            with translation.override(language):
                response = self.get_response(request)
        finally:
            item_words.reset(reading)
        if not response.streaming and response.get("Content-Type", "").startswith("text/html"):
            response.content = marked(response.content.decode()).encode()
        return response


def marked(page: str) -> str:
    """Return a page with every run of Chinese in it marked, but where an element around it says so already."""
    parts, around = TAG.split(page), [("", False)]  # elements that are open, and whether what is in them is marked
    for number, part in enumerate(parts):
        if number % 2:
            _walk(part, around)
        elif not around[-1][1] and around[-1][0] not in SILENT and re.search(HAN, part):
            alone = parts[number + 1].startswith("</") if number + 1 < len(parts) else False
            if alone and NAME.match(parts[number - 1]) and not parts[number - 1].startswith("</"):
                parts[number - 1] = _said(parts[number - 1])
            elif around[-1][0] not in PLAIN:
                parts[number] = RUN.sub(r'<bdi lang="zh-CN">\g<0></bdi>', part)
    return "".join(parts)


def _walk(tag: str, around: list[tuple[str, bool]]) -> None:
    """Keep account of which elements are open."""
    name = NAME.match(tag)
    if name is None:
        return
    if not tag.startswith("</"):
        if name[1] not in EMPTY and not tag.endswith("/>"):
            lang = re.search(r'\slang="([^"]*)"', tag)
            around.append((name[1], lang[1].startswith("zh") if lang else around[-1][1]))
        return
    while len(around) > 1:
        if around.pop()[0] == name[1]:
            return


def _said(tag: str) -> str:
    """Return the opening tag of an element whose whole text is Chinese."""
    if re.search(r'\slang="', tag):
        return tag
    name = NAME.match(tag)
    return f'{name[0]} lang="zh-CN"{tag[name.end() :]}' if name else tag
