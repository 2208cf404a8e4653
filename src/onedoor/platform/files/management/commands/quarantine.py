"""What the operator sees of quarantine: which files lie there since when, and the way out for a false alarm."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from onedoor.platform.files import quarantine
from onedoor.platform.files.models import StoredFile
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.actors import Actor


class Command(BaseCommand):
    help = "列出没有通过安全检查、正在隔离的文件；确认误报的，用 --release 放行"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--release", type=int, metavar="文件编号", help="放行一个误报的文件")

    def handle(self, *args: Any, release: int | None = None, **options: Any) -> None:
        if release is not None:
            if not quarantine.release(file_id=release, actor=Actor.system("运维放行"), at=clock.now()):
                raise CommandError(f"文件 {release} 不在隔离区（可能已放行或已销毁）。不带参数运行可以看到隔离的文件。")
            self.stdout.write(f"文件 {release} 已放行，可以打开了。")
            return
        rows = StoredFile.objects.filter(scan=StoredFile.Scan.INFECTED).order_by("scanned_at")
        for one in rows:
            self.stdout.write(f"{one.pk}  {one.scanned_at:%Y-%m-%d %H:%M}  {one.media_type}  {one.size} 字节")
        self.stdout.write(f"{len(rows)} 个文件在隔离区。")
