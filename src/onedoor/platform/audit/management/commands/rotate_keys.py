from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from onedoor.platform.audit import key_changes
from onedoor.platform.kernel import clock, rotation
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.crypto import keyring

MACHINE = Actor.system("密钥轮换")


class Command(BaseCommand):
    help = "轮换数据密钥：新增一把，把全部旧值换到它下面；网站照常运行，中断后重跑会接着做"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--new", action="store_true", help="先新增一把密钥；不加则接着上次做")
        parser.add_argument("--suite", choices=["sm", "intl"], default=settings.ONEDOOR_CRYPTO_SUITE)
        parser.add_argument("--retire", action="store_true", help="没有值再用的旧密钥移到 retired/")
        parser.add_argument("--batch", type=int, default=rotation.BATCH)

    def handle(self, *args: Any, new: bool, suite: str, retire: bool, batch: int, **options: Any) -> None:
        if new:
            key = key_changes.add_data_key(suite_name=suite, actor=MACHINE, at=clock.wall())
            self.stdout.write(f"新密钥 {key.id}（{key.algorithm}）")
        for name, changed in rotation.reencrypt(batch=batch):
            self.stdout.write(f"{name}：{changed}")
        rotation.start_again()
        old = [key for key in keyring().keys.values() if key.purpose == "data"]
        old.remove(keyring().current("data"))
        for key in sorted(old, key=lambda one: one.generation):
            left = rotation.values_under(key.id)
            self.stdout.write(f"旧密钥 {key.id}：还有 {sum(left.values())} 个值")
            if retire:
                self._retire(key.id)

    def _retire(self, key_id: str) -> None:
        try:
            key_changes.retire_data_key(key_id=key_id, actor=MACHINE, at=clock.wall())
        except key_changes.KeyInUse as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"旧密钥 {key_id} 已停用")
