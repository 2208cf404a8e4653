"""How each provider does: the breaker in the database, so that all workers stop and come back together."""

from django.db import models


class ProviderHealth(models.Model):
    """One row a provider that has ever failed."""

    class State(models.TextChoices):
        CLOSED = "closed", "正常"
        OPEN = "open", "暂停"
        HALF_OPEN = "half_open", "试探"

    provider = models.CharField("服务商", max_length=20, primary_key=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.CLOSED)
    failures = models.PositiveIntegerField("连续失败", default=0)
    openings = models.PositiveIntegerField("连续暂停", default=0)
    since = models.DateTimeField("状态起", null=True, blank=True)
    retry_at = models.DateTimeField("下次试探", null=True, blank=True)

    class Meta:
        verbose_name = "服务商状态"
        verbose_name_plural = "服务商状态"

    def __str__(self) -> str:
        return f"{self.provider} {self.state}"
