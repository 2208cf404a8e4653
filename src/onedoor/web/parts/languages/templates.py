"""
Templates are written in Chinese, and every run of Chinese words in them is looked up when the page is made.

Nobody has to mark the words: the loader does, once, when it reads a template. `{{ … }}` between words becomes a place:
`第 {{ number }} 步，共 {{ total }} 步` is looked up as `第 {1} 步，共 {2} 步`. What stands within `{% … %}`, and what a page is
given from outside, is not touched: a state's name or another computed word is said with `{% say … %}`.
"""

import re
from collections.abc import Iterator
from typing import Any

from django.template.base import FilterExpression, Node, Origin, Parser, Token, VariableNode
from django.template.context import Context
from django.template.loaders.app_directories import Loader as AppDirectories

from onedoor.web.parts.languages import current

# What is not words: comments, tags of the template, tags of HTML up to and between the values of their attributes.
APART = re.compile(r"(\{#.*?#\}|\{%.*?%\}|<!--.*?-->)", re.S)
RUN = re.compile(r'(?:\{\{[^{}]*\}\}|[^<>"{}\n])+')
SPOKEN = re.compile(r"[\u3001-\u9fff\uff00-\uffef]")
VALUE = re.compile(r"\{\{\s*(.*?)\s*\}\}")


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
        return run
    words = run.strip()
    before, _, after = run.partition(words)
    return f"{before}{{% spoken %}}{words}{{% endspoken %}}{after}"


def _key(words: str) -> str:
    numbers = iter(range(1, 99))
    return VALUE.sub(lambda _: f"{{{next(numbers)}}}", words)


class Spoken(Node):
    """A run of words: as it is written in Chinese, by its key in any other language."""

    def __init__(self, key: str, nodes: Any, values: list[FilterExpression]) -> None:
        self.key = key
        self.nodes = nodes
        self.values = values

    def render(self, context: Context) -> str:
        language = current()
        if self.key not in language.words:
            return str(self.nodes.render(context))
        return language.phrase(self.key, *(VariableNode(value).render(context) for value in self.values))


def spoken(parser: Parser, token: Token) -> Spoken:
    """`{% spoken %}…{% endspoken %}`, which the loader puts around every run of Chinese words."""
    nodes = parser.parse(("endspoken",))
    parser.delete_first_token()
    parts, values = [], []
    for node in nodes:
        if isinstance(node, VariableNode):
            values.append(node.filter_expression)
            parts.append(f"{{{len(values)}}}")
        else:
            parts.append(str(getattr(node, "s", "")))
    return Spoken("".join(parts), nodes, values)
