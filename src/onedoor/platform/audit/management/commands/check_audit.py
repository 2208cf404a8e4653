from typing import Any

from django.core.management.base import BaseCommand, CommandError

from onedoor.platform.audit.models import AuditSeal
from onedoor.platform.audit.seals import find_faults


class Command(BaseCommand):
    help = "逐条核对审计记录与全部封印；有一处不符就以失败退出"

    def handle(self, *args: Any, **options: Any) -> None:
        faults = find_faults()
        for fault in faults:
            self.stdout.write(str(fault))
        if faults:
            raise CommandError(f"审计记录有 {len(faults)} 处与封印或防护要求不符，请保全现场并上报。")
        self.stdout.write(f"{AuditSeal.objects.count()} 个封印全部相符。")
