from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from onedoor.demonstration import households, loading, machine, news, opinions, policies, sharing
from onedoor.demonstration.cast import CITIZENS, OFFICERS, PASSWORD
from onedoor.demonstration.garden import loading as garden
from onedoor.platform.identity.queries import find_division
from onedoor.platform.kernel import clock


class Command(BaseCommand):
    help = "载入演示数据：区划、事项、参数、机构、人员（均为虚构，可重复执行）"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--households", type=int, default=12, help="另有多少户虚构家庭正在申请")

    def handle(self, *args: Any, **options: Any) -> None:
        homes = households.invent(options["households"])
        at = clock.now()
        if find_division("330113100000") is None:
            call_command("load_divisions", stdout=self.stdout)
        fresh = loading.load_items(at=at)
        self.stdout.write(f"事项：新发布 {len(fresh)} 项")
        call_command("load_bundles", stdout=self.stdout)
        loading.load_people(at=at)
        garden.load(own=loading.OWN, at=at)
        machine.load(settings.VAR / "simulators", at=at)
        loading.write_simulator_data(settings.VAR / "simulators", also=households.simulated(homes))
        self.stdout.write(f"新申请家庭：{households.load(homes, at=at)} 户")
        sharing.load(at=at)
        opinions.load(at=at)
        self.stdout.write(f"信息发布：{news.load(at=at)} 条")
        self.stdout.write(f"检索：{policies.load(at=at)} 条")
        lines = [f"{officer.title}  工号 {officer.username}" for officer in OFFICERS]
        lines += [f"群众 {citizen.name}  手机 {citizen.phone}" for citizen in CITIZENS if citizen.login]
        text = "\n".join([f"所有账号的密码：{PASSWORD}", *lines]) + "\n"
        (settings.VAR / "demo-logins.txt").write_text(text, encoding="utf-8")
        self.stdout.write(text)
