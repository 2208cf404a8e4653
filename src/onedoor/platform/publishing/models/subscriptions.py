"""Who has asked to be told: a topic at a place, with the moment they agreed and the moment they took it back."""

from typing import ClassVar

from django.db import models


class Subscription(models.Model):
    """One topic at one place for one person; ending it keeps the row."""

    person = models.ForeignKey("identity.Person", verbose_name="本人", on_delete=models.PROTECT, related_name="+")
    topic = models.CharField("主题", max_length=20)
    division = models.CharField("地区", max_length=12)
    agreed_at = models.DateTimeField("同意时间")
    ended_at = models.DateTimeField("退订时间", null=True, blank=True)

    class Meta:
        verbose_name = "订阅"
        verbose_name_plural = "订阅"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "topic", "division"],
                name="subscription_once",
                condition=models.Q(ended_at__isnull=True),
            )
        ]
        indexes: ClassVar = [models.Index(fields=["topic", "division"], name="subscription_by_topic")]

    def __str__(self) -> str:
        return f"subscription {self.pk}"
