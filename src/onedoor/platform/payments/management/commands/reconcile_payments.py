"""Lay a day beside the payment platform's statement by hand, for instance after the platform was away."""

from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from onedoor.platform.kernel import clock
from onedoor.platform.payments import tasks


class Command(BaseCommand):
    help = "取缴款平台某一天的对账文件并逐笔比对（默认昨天，可重复执行）"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--day", type=date.fromisoformat, help="日期，例如 2026-11-26")

    def handle(self, *args: Any, day: date | None = None, **options: Any) -> None:
        at = clock.now()
        chosen = day or clock.today() - timedelta(days=1)
        found = tasks.reconcile(chosen, at=at)
        if found is None:
            raise CommandError(f"{chosen.isoformat()}：缴款平台没有给出对账文件，没有比对，请稍后再试。")
        self.stdout.write(f"{chosen.isoformat()}：差异 {found} 笔")
