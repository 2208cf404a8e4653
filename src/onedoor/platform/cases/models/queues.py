from typing import ClassVar

from django.db import models


class Queue(models.Model):
    """A way to look at the worklist that an officer keeps for a post, alone or for everybody of the organization."""

    login_id = models.BigIntegerField("登录号")
    post_id = models.BigIntegerField("岗位", null=True)
    organization = models.ForeignKey(
        "identity.Organization", verbose_name="单位", on_delete=models.PROTECT, related_name="+"
    )
    title = models.CharField("名称", max_length=20)
    sieve = models.JSONField("筛选")  # the choices of queues.Sieve
    shared = models.BooleanField("共用", default=False)
    kept_by = models.CharField("保存人", max_length=80)
    kept_at = models.DateTimeField("保存时间")

    class Meta:
        verbose_name = "待办队列"
        verbose_name_plural = "待办队列"
        indexes: ClassVar = [
            models.Index(fields=["login_id", "post_id"], name="queue_own"),
            models.Index(fields=["organization"], name="queue_shared", condition=models.Q(shared=True)),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["login_id", "post_id", "title"], name="queue_title_once"),
        ]

    def __str__(self) -> str:
        return self.title
