from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from onedoor.platform.audit import key_changes
from onedoor.platform.kernel import blind, clock, rotation
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.crypto import keyring

MACHINE = Actor.system("密钥轮换")


class Command(BaseCommand):
    help = "轮换数据密钥或盲索引密钥：新增一把，把全部旧值换到它下面；网站照常运行，中断后重跑会接着做"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--index", action="store_true", help="换盲索引的密钥：--new 之后等 10 分钟再填，填完 --retire"
        )
        parser.add_argument("--new", action="store_true", help="先新增一把密钥；不加则接着上次做")
        parser.add_argument("--suite", choices=["sm", "intl"], default=settings.ONEDOOR_CRYPTO_SUITE)
        parser.add_argument("--retire", action="store_true", help="没有值再用的旧密钥移到 retired/")
        parser.add_argument("--batch", type=int, default=rotation.BATCH)

    def handle(self, *args: Any, index: bool, new: bool, suite: str, retire: bool, batch: int, **options: Any) -> None:
        try:
            self._indexes(new, retire, batch) if index else self._data(new, suite, retire, batch)
        except (key_changes.KeyInUse, key_changes.IndexChangeOpen) as refusal:
            raise CommandError(str(refusal)) from None

    def _indexes(self, new: bool, retire: bool, batch: int) -> None:
        if new:
            key = key_changes.add_index_key(actor=MACHINE, at=clock.wall())
            self.stdout.write(f"新密钥 {key.id}（{key.algorithm}），请 10 分钟后运行 rotate_keys --index")
            return
        key_changes.require_settled(at=clock.wall())
        for name, changed in blind.refill(batch=batch):
            self.stdout.write(f"{name}：{changed}")
        old = key_changes.retire_index_key(actor=MACHINE, at=clock.wall()) if retire else None
        if old is not None:
            self.stdout.write(f"旧密钥 {old.id} 已停用")
        for name, changed in blind.clear(batch=batch):
            self.stdout.write(f"{name} 的旧列已清空：{changed}")

    def _data(self, new: bool, suite: str, retire: bool, batch: int) -> None:
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
                key_changes.retire_data_key(key_id=key.id, actor=MACHINE, at=clock.wall())
                self.stdout.write(f"旧密钥 {key.id} 已停用")
