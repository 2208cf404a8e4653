from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from onedoor.demonstration.generation.loading import invent
from onedoor.demonstration.generation.plans import Plan
from onedoor.platform.kernel import clock


class Command(BaseCommand):
    help = "编造任意数量的办件：真实区划、全国比例、虚构的人（先运行 load_demonstration；每个库只运行一次）"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("cases", type=int, help="多少件")
        parser.add_argument("--within", default="", help="只在这个区划之下，例如 330000000000；不写就是全国")
        parser.add_argument("--days", type=int, default=Plan.days, help="收件日分布在最近多少天")
        parser.add_argument("--processes", type=int, default=Plan.processes)

    def handle(self, *args: Any, **options: Any) -> None:
        plan = Plan(options["cases"], options["within"], options["days"], processes=options["processes"])
        invent(plan, at=clock.now(), tell=self.stdout.write)
