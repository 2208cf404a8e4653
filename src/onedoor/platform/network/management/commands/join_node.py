"""Let another node in by its card, from the command line of a node that has no administrators with a browser yet."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from onedoor.platform.kernel import clock
from onedoor.platform.kernel.actors import Actor
from onedoor.platform.kernel.errors import OneDoorError
from onedoor.platform.network import operations, own


class Command(BaseCommand):
    help = "按名片登记并批准另一个节点；登记人和批准人是两个人，都记入审计"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("card", type=Path, help="对方节点的名片文件")
        parser.add_argument("--by", required=True, help="登记人")
        parser.add_argument("--approved-by", required=True, help="批准人，须是另一个人")

    def handle(self, *args: Any, card: Path, by: str, approved_by: str, **options: Any) -> None:
        at = clock.now()
        try:
            text = card.read_text(encoding="utf-8")
            node = operations.invite_node(card=text, actor=Actor.system(by), at=at)
            operations.approve_node(code=node.code, actor=Actor.system(approved_by), at=at)
        except OneDoorError as refusal:
            raise CommandError("".join(refusal.by_field.values())) from None
        self.stdout.write(f"{own.node().code} 已与 {node.code}（{node.name}）联通。")
