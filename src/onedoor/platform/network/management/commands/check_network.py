"""Prove every stream of this node from its first message on."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from onedoor.platform.network.models import Node
from onedoor.platform.network.queries import prove
from onedoor.platform.network.states import End


class Command(BaseCommand):
    help = "核验与各节点往来的全部报文：序号、链、签名、回执、内容摘要"

    def handle(self, *args: Any, **options: Any) -> None:
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
