from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from onedoor.platform.bundles.operations import load_bundles
from onedoor.platform.bundles.operations.versions import shipped_bundles
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.actors import Actor


class Command(BaseCommand):
    help = "载入随代码发布的一件事（已载入的不变）"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="valid_from", type=date.fromisoformat, help="生效日，默认今天")

    def handle(self, *args: Any, valid_from: date | None = None, **options: Any) -> None:
        fresh = load_bundles(
            files=shipped_bundles(),
            valid_from=valid_from or clock.today(),
            actor=Actor.system("载入一件事"),
            at=clock.now(),
        )
        self.stdout.write(f"新发布 {len(fresh)} 件：{'、'.join(fresh)}" if fresh else "没有新的一件事。")
