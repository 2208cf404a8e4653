from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from onedoor.platform.catalog.loading import load_shipped
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.actors import Actor


class Command(BaseCommand):
    help = "载入随代码发布的事项和参数（已载入的不变）"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="valid_from", type=date.fromisoformat, help="生效日，默认今天")

    def handle(self, *args: Any, valid_from: date | None = None, **options: Any) -> None:
        actor = Actor.system("载入事项")
        fresh = load_shipped(valid_from=valid_from or clock.today(), actor=actor, at=clock.now())
        self.stdout.write(f"新发布 {len(fresh)} 项：{'、'.join(fresh)}" if fresh else "没有新的事项。")
