from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from onedoor.platform.catalog import loading


class Command(BaseCommand):
    help = "比较事项文件与目录中的最新版本，逐处列出差别（默认比较随代码发布的全部事项和参数）"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="*", type=Path)

    def handle(self, *args: Any, files: list[Path], **options: Any) -> None:
        changes = loading.plan_items(files or loading.shipped_files("items/*.yaml"))
        if not files:
            changes += loading.plan_parameters(loading.shipped_files("parameters.yaml"))
        self.stdout.write(loading.told(changes) or "没有差别。")
