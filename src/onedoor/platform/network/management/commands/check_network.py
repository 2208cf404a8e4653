"""Prove every stream of this node from its first message on, or say how long messages wait."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from onedoor.platform.kernel import clock
from onedoor.platform.network.models import Node
from onedoor.platform.network.queries import lag, prove
from onedoor.platform.network.states import End

LONG = 3600  # seconds


class Command(BaseCommand):
    help = "核验与各节点往来的全部报文：序号、链、签名、回执、内容摘要"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--lag", action="store_true", help="只看积压：最早一条等签收的报文等了多久，超过一小时算异常"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self._say_lag() if options["lag"] else self._prove()

    def _say_lag(self) -> None:
        waited = lag(at=clock.now())
        told = f"最早一条报文等了 {waited} 秒" if waited else "没有报文在等"
        if waited > LONG:
            raise CommandError(told)
        self.stdout.write(told)

    def _prove(self) -> None:
        faults = 0
        for node in Node.objects.order_by("pk"):
            for end in End:
                proof = prove(node, end)
                faults += len(proof.faults)
                self.stdout.write(f"{node.code} {end.label}：{proof.messages} 条，回执 {proof.receipts} 份")
                for fault in proof.faults:
                    self.stdout.write(f"  {fault}")
        if faults:
            raise CommandError(f"有 {faults} 处不能证明。")
