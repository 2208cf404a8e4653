"""The other nodes, and the keys by which each is known."""

from datetime import datetime
from typing import ClassVar

from django.db import models

from onedoor.platform.kernel.models import Recorded
from onedoor.platform.network.states import Level, NodeState


class Node(Recorded):
    """Another installation we exchange messages with: entered by one person, let in by another."""

    code = models.SlugField("节点代码", max_length=40, unique=True)
    name = models.CharField("名称", max_length=100)
    division = models.CharField("行政区划", max_length=12)
    level = models.CharField("层级", max_length=10, choices=Level)
    address = models.CharField("地址", max_length=200)
    owns = models.JSONField("管理的登记簿", default=list)  # what it says of these counts, and of no other
    reads = models.JSONField("读取的登记簿", default=list)  # of these we tell it, and of no other
    state = models.CharField("状态", max_length=10, choices=NodeState, default=NodeState.INVITED)
    reason = models.CharField("暂停或退出的原因", max_length=200, blank=True, default="")
    recorded_login = models.BigIntegerField("登记人账号", null=True, blank=True)
    approved_at = models.DateTimeField("批准时间", null=True, blank=True)
    approved_by = models.CharField("批准人", max_length=80, blank=True, default="")

    class Meta:
        verbose_name = "节点"
        verbose_name_plural = "节点"

    def __str__(self) -> str:
        return self.code

    @property
    def target(self) -> str:
        """What the audit record calls it."""
        return f"node:{self.code}"


class NodeKey(models.Model):
    """A public key of another node and the time for which its signatures count."""

    node = models.ForeignKey(Node, verbose_name="节点", on_delete=models.PROTECT, related_name="keys")
    key_id = models.CharField("密钥编号", max_length=60)
    algorithm = models.CharField("算法", max_length=20)
    public = models.CharField("公钥", max_length=200)  # hexadecimal
    valid_from = models.DateTimeField("生效时间")
    valid_to = models.DateTimeField("失效时间", null=True, blank=True)
    revoked_at = models.DateTimeField("吊销时间", null=True, blank=True)

    class Meta:
        verbose_name = "节点公钥"
        verbose_name_plural = "节点公钥"
        constraints: ClassVar = [models.UniqueConstraint(fields=["node", "key_id"], name="node_key_once")]

    def __str__(self) -> str:
        return self.key_id

    def counts(self, came_at: datetime) -> bool:
        """Tell whether a signature that came here at that moment counts; by our clock, so that nobody dates one back."""
        if came_at < self.valid_from or (self.revoked_at is not None and came_at >= self.revoked_at):
            return False
        return self.valid_to is None or came_at < self.valid_to


class OwnKey(models.Model):
    """Which key of ours another node knows, so that messages to it are signed by this one."""

    node = models.ForeignKey(Node, verbose_name="节点", on_delete=models.PROTECT, related_name="own_keys")
    key_id = models.CharField("密钥编号", max_length=60)
    since = models.DateTimeField("对方知道的时间")

    class Meta:
        verbose_name = "对方所知的本节点密钥"
        verbose_name_plural = "对方所知的本节点密钥"
        constraints: ClassVar = [models.UniqueConstraint(fields=["node", "key_id"], name="own_key_once_a_node")]

    def __str__(self) -> str:
        return self.key_id


class Renewal(models.Model):
    """A newer card of a node, entered by one person and waiting for another: address, registers, keys."""

    node = models.ForeignKey(Node, verbose_name="节点", on_delete=models.PROTECT, related_name="renewals")
    card = models.JSONField("新名片")
    recorded_at = models.DateTimeField("登记时间")
    recorded_by = models.CharField("登记人", max_length=80)
    recorded_login = models.BigIntegerField("登记人账号", null=True, blank=True)
    settled_at = models.DateTimeField("办结时间", null=True, blank=True)
    settled_by = models.CharField("办结人", max_length=80, blank=True, default="")
    taken = models.BooleanField("采用", default=False)

    class Meta:
        verbose_name = "节点更新"
        verbose_name_plural = "节点更新"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["node"], name="renewal_one_open", condition=models.Q(settled_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.node_id} {self.recorded_at:%Y-%m-%d}"
