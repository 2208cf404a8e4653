"""
Templates are written in Chinese, and every run of Chinese words in them is looked up when the page is made.

Nobody has to mark the words: the loader does, once, when it reads a template. `{{ … }}` between words becomes a place:
`第 {{ number }} 步，共 {{ total }} 步` is looked up as `第 {1} 步，共 {2} 步`. A value that is a word of ours or of an item, by its
name (`state`, `title`, …), is looked up too: as `title_en` beside `title` where the data has it, or in the table. Any
other value is shown as it is, and what stands within `{% … %}` is not touched: `{% say … %}` is for these.
"""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

from django.template.base import FilterExpression, Node, Origin, Parser, Token, VariableNode
from django.template.context import Context
from django.template.loaders.app_directories import Loader as AppDirectories
from django.utils.html import conditional_escape, escape

from onedoor.platform.kernel.languages import CHINESE, OWN, current, told

# What is not words: comments, tags of the template; tags of HTML up to and between the values of their attributes.
APART = re.compile(r"(\{#.*?#\}|\{%.*?%\}|<!--.*?-->)", re.S)
RUN = re.compile(r'(?:\{\{[^{}]*\}\}|[^<>"{}\n])+')
SPOKEN = re.compile(r"[\u3001-\u9fff\uff00-\uffef]")
VALUE = re.compile(r"\{\{\s*(.*?)\s*\}\}")
# Values that are words of ours or of an item; never what a person wrote.
WORDS = re.compile(
    r"(?:[\w.]+\.)?(?:title|label|legend|heading|words?|state|state_title|summary|gives|help|how|get_\w+_display"
    r"|\w+_words|\w+_label|intro|purpose|kept|holder|condition|said|standing|sentence|role|problem|reason_problem)"
    r"|refusal|(?:\w+\.)?why_not|problems\.\w+|\w*problems\|get:[\w.\"]+|place\.name|f\.note|face\.validity|day\.reason\S*|privacy\.\S+"
    r"|(?:member\.)?row\.(?:stands|reason)|reason\.text"
)


class Loader(AppDirectories):
    """Reads a template of an app with its words marked."""

    def get_contents(self, origin: Origin) -> str:
        source = str(super().get_contents(origin))
        return marked(source) if str(origin.name).endswith(".html") else source


def marked(source: str) -> str:
    """Return the source of a template with each run of Chinese words as a tag that says it."""
    return "".join(part if number % 2 else RUN.sub(_mark, part) for number, part in enumerate(APART.split(source)))


def keys(source: str) -> Iterator[str]:
    """Return the words a template looks up, in their order."""
    for number, part in enumerate(APART.split(source)):
        for found in () if number % 2 else RUN.finditer(part):
            if SPOKEN.search(VALUE.sub("", found[0])):
                yield _key(found[0].strip())


def _mark(found: "re.Match[str]") -> str:
    run = found[0]
    if not SPOKEN.search(VALUE.sub("", run)):
        return VALUE.sub(lambda one: f"{{% said {one[1]} %}}" if WORDS.fullmatch(one[1]) else one[0], run)
    words = run.strip()
    before, _, after = run.partition(words)
    return f"{before}{{% spoken %}}{words}{{% endspoken %}}{after}"


def _key(words: str) -> str:
    numbers = iter(range(1, 99))
    return VALUE.sub(lambda _: f"{{{next(numbers)}}}", words)


class Said(Node):
    """A value that is a word of ours or of an item: as it is in Chinese, by its own translation or ours otherwise."""

    def __init__(self, value: FilterExpression, thing: FilterExpression | None, name: str) -> None:
        self.value = VariableNode(value)
        self.thing = thing
        self.name = name

    def render(self, context: Context) -> str:
        language = current()
        if language is not OWN and self.thing is not None:
            own = getattr(self.thing.resolve(context, ignore_failures=True), f"{self.name}_{language.code}", "")
            if isinstance(own, str) and own:
                return conditional_escape(own) if context.autoescape else own
        shown = str(self.value.render(context))
        if "<" in shown:  # markup of our own making: an item's words, which are no markup, are not put into it
            return language.told(shown, {}) if language is not OWN and CHINESE.search(shown) else shown
        words = unescape(shown)
        translated = told(words)
        return shown if translated == words else escape(translated)  # an item's words come from whoever edits it


class Spoken(Node):
    """A run of words: as it is written in Chinese, by its key in any other language."""

    def __init__(self, key: str, nodes: Any, values: list[Node]) -> None:
        self.key = key
        self.nodes = nodes
        self.values = values

    def render(self, context: Context) -> str:
        language = current()
        if self.key not in language.words:
            return str(self.nodes.render(context))
        return language.phrase(self.key, *(value.render(context) for value in self.values))


def said(parser: Parser, token: Token) -> Said:
    """`{% said item.title %}`, which the loader puts in the place of a value that is a word."""
    return _said(parser, token.split_contents()[1])


def spoken(parser: Parser, token: Token) -> Spoken:
    """`{% spoken %}…{% endspoken %}`, which the loader puts around every run of Chinese words."""
    nodes = parser.parse(("endspoken",))
    parser.delete_first_token()
    parts: list[str] = []
    values: list[Node] = []
    for node in nodes:
        if isinstance(node, VariableNode):
            expression = node.filter_expression.token
            # What is quoted and no word of ours by its name was said by somebody, or is what a thing is called.
            quoted = bool(parts) and parts[-1].endswith("“") and not WORDS.fullmatch(expression)
            values.append(node if quoted else _said(parser, expression))
            parts.append(f"{{{len(values)}}}")
        else:
            parts.append(str(getattr(node, "s", "")))
    return Spoken("".join(parts), nodes, values)


def _said(parser: Parser, expression: str) -> Said:
    thing, _, name = expression.rpartition(".") if re.fullmatch(r"[\w.]+", expression) else ("", "", "")
    return Said(parser.compile_filter(expression), parser.compile_filter(thing) if thing else None, name)
