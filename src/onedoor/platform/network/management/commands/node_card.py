"""Print this node's card, for the administrators of another node."""

from typing import Any

from django.core.management.base import BaseCommand

from onedoor.platform.network import own


class Command(BaseCommand):
    help = "导出本节点的名片，交给对方节点登记"

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(own.card())
