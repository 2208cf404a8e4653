from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from onedoor.platform.audit import guarding
from onedoor.platform.kernel import append_only, clock
from onedoor.platform.kernel.actors import Actor

MACHINE = Actor.system("数据库防护")


class Command(BaseCommand):
    help = "历史表的防改触发器缺了就重新装上，并记入审计；--look 只看不装，有缺失以失败退出"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--look", action="store_true", help="只看不装")

    def handle(self, *args: Any, look: bool, **options: Any) -> None:
        bare = append_only.missing(connection) if look else guarding.guard_history(actor=MACHINE, at=clock.wall())
        if not bare:
            self.stdout.write("历史表的防改触发器都在。")
            return
        told = f"{len(bare)} 张历史表的防改触发器不在（{'、'.join(bare)}）"
        if look:
            raise CommandError(f"{told}，这些表现在可以被改动。请运行 ./onedoor manage guard_history 装上。")
        self.stdout.write(f"{told}，已重新装上。请运行 ./onedoor manage check_audit 核对其间有没有改动。")
