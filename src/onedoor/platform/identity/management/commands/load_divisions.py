from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from onedoor.platform.identity.divisions import SHIPPED, SOURCE, load_table


class Command(BaseCommand):
    help = "载入行政区划表（随附表，或 --file 指定的更新、更细的表；可重复执行）"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--file", type=Path, default=SHIPPED)
        parser.add_argument("--source", default=SOURCE)

    def handle(self, *args: Any, file: Path, source: str, **options: Any) -> None:
        loaded = load_table(file, source=source)
        self.stdout.write(f"区划：新增 {loaded.new}，更名 {loaded.renamed}，撤销 {loaded.ended}")
