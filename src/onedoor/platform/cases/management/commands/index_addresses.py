from typing import Any

from django.core.management.base import BaseCommand

from onedoor.platform.cases import addresses


class Command(BaseCommand):
    help = "为以前提交、还在办的办件补上地址索引，供提示可能重复的申请（升级后运行一次，可重复执行）"

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{addresses.keep_missing()} 件")
