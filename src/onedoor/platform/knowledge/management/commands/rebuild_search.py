"""Make the search index anew from what it is derived from; searches go on meanwhile."""

from typing import Any

from django.core.management.base import BaseCommand

from onedoor.platform.knowledge import indexing


class Command(BaseCommand):
    help = "重建检索索引（可在运行中重复执行）"

    def handle(self, *args: Any, **options: Any) -> None:
        for name, number in indexing.rebuild():
            self.stdout.write(f"{name} {number}")
