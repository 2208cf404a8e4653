from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from onedoor.platform.catalog import queries
from onedoor.platform.catalog.loading import write_item
from onedoor.platform.kernel import clock


class Command(BaseCommand):
    help = "把现行事项写成 YAML 文件，每项一个；重新载入得到完全相同的内容"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("codes", nargs="*", help="事项代码，默认全部现行事项")

    def handle(self, *args: Any, folder: Path, codes: list[str], **options: Any) -> None:
        if not folder.is_dir():
            raise CommandError(f"没有文件夹 {folder}")
        today = clock.today()
        wanted = codes or [card.code for card in queries.list_items(on=today)]
        for code in wanted:
            item = queries.version_in_force(code=code, on=today).item
            (folder / f"{code.partition('.')[2]}.yaml").write_text(write_item(item), encoding="utf-8")
        self.stdout.write(f"写出 {len(wanted)} 项。")
