from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.timezone import make_aware

from onedoor.platform.cases.queries.histories import month_before, step_histories
from onedoor.platform.catalog.loading import read_item
from onedoor.platform.catalog.steps import simulate
from onedoor.platform.kernel import clock
from onedoor.platform.kernel.actors import Actor


class Command(BaseCommand):
    help = "用已办结的办件试算一份事项文件里的办理流程：哪些办件会不一样（默认上个月决定的办件，不写入任何内容）"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="改过流程的事项文件")
        parser.add_argument("--since", type=date.fromisoformat, help="从哪天起决定的办件，默认上月 1 日")
        parser.add_argument("--until", type=date.fromisoformat, help="到哪天为止（不含），默认本月 1 日")

    def handle(self, *args: Any, file: Path, since: date | None, until: date | None, **options: Any) -> None:
        item = read_item(file)
        first, last = month_before(clock.today())
        begin, end = (make_aware(datetime.combine(day, time.min)) for day in (since or first, until or last))
        histories = step_histories(item_code=item.code, since=begin, until=end, actor=Actor.system("试算流程"))
        outcomes = simulate(item.steps, histories)
        for one in outcomes:
            if one.differs:
                named = {"会多办": one.added, "不再办": one.removed, "要等待": one.blocked, "人员不合规": one.refused}
                told = "；".join(f"{word} {'、'.join(codes)}" for word, codes in named.items() if codes)
                self.stdout.write(f"{one.number}  {told}")
        self.stdout.write(f"试算 {len(outcomes)} 件，{sum(one.differs for one in outcomes)} 件会不一样。")
