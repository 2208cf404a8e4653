from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from onedoor.platform.catalog import loading
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.messages import wording


class Command(BaseCommand):
    help = "载入随代码发布的事项和参数，或指定的事项文件（已载入的不变）；--dry-run 只看会有什么变化"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="*", type=Path, help="事项文件，默认是随代码发布的全部事项和参数")
        parser.add_argument("--from", dest="valid_from", type=date.fromisoformat, help="生效日，默认今天")
        parser.add_argument("--dry-run", action="store_true", help="只显示差别，不写入")

    def handle(
        self,
        *args: Any,
        files: list[Path],
        valid_from: date | None = None,
        dry_run: bool = False,
        **options: Any,
    ) -> None:
        items = files or loading.shipped_files("items/*.yaml")
        figures = [] if files else loading.shipped_files("parameters.yaml")
        if dry_run:
            changes = [*loading.plan_items(items), *loading.plan_parameters(figures)]
            self.stdout.write(loading.told(changes) or "没有变化。")
            return
        actor = Actor.system("载入事项")
        fresh = loading.load_items(items, valid_from=valid_from or clock.today(), actor=actor, at=clock.now())
        loading.load_parameters(figures, actor=actor, at=clock.now())
        if not files:
            wording.load_shipped(at=clock.now(), on=valid_from or clock.today())
        self.stdout.write(f"新发布 {len(fresh)} 项：{'、'.join(fresh)}" if fresh else "没有新的事项。")
