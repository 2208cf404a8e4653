"""
One question to the index in the words of either database: FTS5 beside the table on SQLite, a tsvector on PostgreSQL.

A question is a small tree of tokens; both adapters write down the same tree, over the same tokens, so they find the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField
from django.db.models.expressions import Expression

from onedoor.platform.knowledge.words import spelled


@dataclass(frozen=True)
class Term:
    """A token; with `prefix` any token that begins like it."""

    token: str
    prefix: bool = False


@dataclass(frozen=True)
class All:
    of: tuple["Tree", ...]


@dataclass(frozen=True)
class Either:
    of: tuple["Tree", ...]


Tree = Term | All | Either


def every(trees: Sequence[Tree]) -> Tree:
    return trees[0] if len(trees) == 1 else All(tuple(trees))


def either(trees: Sequence[Tree]) -> Tree:
    return trees[0] if len(trees) == 1 else Either(tuple(trees))


def fts5(tree: Tree) -> str:
    """Write a tree as FTS5 reads it."""
    return _written(tree, quote='"', star=" *", both=" AND ", one=" OR ")


def tsquery(tree: Tree) -> str:
    """Write a tree as PostgreSQL reads a tsquery."""
    return _written(tree, quote="'", star=":*", both=" & ", one=" | ")


def _written(tree: Tree, **signs: str) -> str:
    if isinstance(tree, Term):
        end = signs["star"] if tree.prefix else ""
        return f"{signs['quote']}{spelled(tree.token)}{signs['quote']}{end}"
    sign = signs["both"] if isinstance(tree, All) else signs["one"]
    return "(" + sign.join(_written(one, **signs) for one in tree.of) + ")"


class Matches(Expression):
    """The condition "the tokens of this row answer the tree", for a query of `SearchRow`."""

    conditional = True
    output_field: Any = BooleanField()

    def __init__(self, tree: Tree) -> None:
        super().__init__(output_field=BooleanField())
        self.tree = tree

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        table = connection.ops.quote_name("knowledge_searchrow")
        if connection.vendor == "postgresql":
            return f"{table}.searched @@ %s::tsquery", (tsquery(self.tree),)
        inside = "SELECT rowid FROM knowledge_searchtext WHERE knowledge_searchtext MATCH %s"
        return f"{table}.id IN ({inside})", (fts5(self.tree),)


SQLITE_UP = (
    (
        "CREATE VIRTUAL TABLE knowledge_searchtext USING fts5(tokens, content='knowledge_searchrow', content_rowid='id', "
        "tokenize='unicode61 remove_diacritics 0', detail=none, columnsize=0)"
    ),
    (
        "CREATE TRIGGER knowledge_searchrow_added AFTER INSERT ON knowledge_searchrow BEGIN "
        "INSERT INTO knowledge_searchtext(rowid, tokens) VALUES (new.id, new.tokens); END"
    ),
    (
        "CREATE TRIGGER knowledge_searchrow_removed AFTER DELETE ON knowledge_searchrow BEGIN "
        "INSERT INTO knowledge_searchtext(knowledge_searchtext, rowid, tokens) VALUES ('delete', old.id, old.tokens); END"
    ),
    (
        "CREATE TRIGGER knowledge_searchrow_changed AFTER UPDATE ON knowledge_searchrow BEGIN "
        "INSERT INTO knowledge_searchtext(knowledge_searchtext, rowid, tokens) VALUES ('delete', old.id, old.tokens); "
        "INSERT INTO knowledge_searchtext(rowid, tokens) VALUES (new.id, new.tokens); END"
    ),
)
POSTGRESQL_UP = (
    (
        "ALTER TABLE knowledge_searchrow ADD COLUMN searched tsvector "
        "GENERATED ALWAYS AS (array_to_tsvector(string_to_array(nullif(tokens, ''), ' '))) STORED"
    ),
    "CREATE INDEX knowledge_searchrow_searched ON knowledge_searchrow USING gin (searched)",
)
SQLITE_DOWN = (
    *(f"DROP TRIGGER knowledge_searchrow_{name}" for name in ("added", "removed", "changed")),
    "DROP TABLE knowledge_searchtext",
)
POSTGRESQL_DOWN = ("ALTER TABLE knowledge_searchrow DROP COLUMN searched",)


def set_up(apps: Any, schema_editor: Any) -> None:
    """Give the index what its database searches with; a step of the migration."""
    _run(schema_editor, POSTGRESQL_UP if schema_editor.connection.vendor == "postgresql" else SQLITE_UP)


def take_down(apps: Any, schema_editor: Any) -> None:
    _run(schema_editor, POSTGRESQL_DOWN if schema_editor.connection.vendor == "postgresql" else SQLITE_DOWN)


def _run(schema_editor: Any, statements: Sequence[str]) -> None:
    with schema_editor.connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
