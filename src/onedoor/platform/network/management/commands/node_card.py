"""Print this node's card, for the administrators of another node."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from onedoor.platform.network import own


class Command(BaseCommand):
    help = "导出本节点的名片，交给对方节点登记"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", type=Path, help="写到这个文件；不写则打印")

    def handle(self, *args: Any, to: Path | None = None, **options: Any) -> None:
        if to is None:
            self.stdout.write(own.card())
        else:
            to.write_text(own.card() + "\n", encoding="utf-8")
