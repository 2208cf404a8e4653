"""Item versions, who offers them, what was done to them."""

from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models.fields.related_descriptors import ForwardManyToOneDescriptor

from onedoor.platform.catalog.items import ServiceItem
from onedoor.platform.catalog.states import Kind, ProposalState, State, standing
from onedoor.platform.kernel.models import ParameterRow, Recorded

FORWARD = models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=models.F("valid_from"))


class ItemVersion(Recorded):
    """
    One version of a service item; immutable once published. A case stays on the version it was begun under.

    A row with an `offering` is the item as that authority offers it: the national version it `localizes` with the
    offering's own elements put in. Cases of that place are pinned to it.
    """

    State = State

    code = models.CharField("事项代码", max_length=80)
    version = models.PositiveIntegerField("版本")
    line = models.CharField("业务条线", max_length=40)
    title = models.CharField("名称", max_length=200)
    title_en = models.CharField("英文名称", max_length=200, blank=True)
    definition = models.JSONField("定义")
    digest = models.CharField("摘要", max_length=64)
    completeness = models.PositiveSmallIntegerField("完整度", default=100)
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT)
    valid_from = models.DateField("生效日", null=True, blank=True)
    valid_to = models.DateField("失效日", null=True, blank=True)
    localizes = models.ForeignKey(
        "self",
        verbose_name="基本目录版本",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="local_versions",
    )
    offering = models.ForeignKey(
        "catalog.Offering", verbose_name="实施清单", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "事项版本"
        verbose_name_plural = "事项版本"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["code", "version"], name="item_version_once", condition=models.Q(offering__isnull=True)
            ),
            models.UniqueConstraint(fields=["localizes", "offering"], name="item_version_local_once"),
            models.CheckConstraint(condition=FORWARD, name="item_version_period_forward"),
        ]

    def __str__(self) -> str:
        return f"{self.title} 第{self.version}版"

    @property
    def item(self) -> ServiceItem:
        """The checked definition; parsed once per process and version, because a version never changes."""
        return _parse(self.pk, self.digest)

    def standing(self, on: date) -> str:
        return standing(self.state, self.valid_from, self.valid_to, on=on)


@lru_cache(maxsize=500)
def _parse(version_id: int, digest: str) -> ServiceItem:
    definition = ItemVersion.objects.values_list("definition", flat=True).get(pk=version_id)
    return ServiceItem.model_validate(definition)


if TYPE_CHECKING:
    _ForeignKey = models.ForeignKey[ItemVersion, ItemVersion]
else:
    _ForeignKey = models.ForeignKey


class _Remembered(ForwardManyToOneDescriptor):  # type: ignore[type-arg]
    def get_object(self, instance: models.Model) -> ItemVersion:
        return pinned(getattr(instance, self.field.attname))


@lru_cache(maxsize=500)
def pinned(version_id: int) -> ItemVersion:
    """Return a version that something is pinned to, fetched once per process."""
    return ItemVersion.objects.get(pk=version_id)


class PinnedVersion(_ForeignKey):
    """
    The link of a draft or case to its version. What they read of it (definition, title, code) never changes once it is
    published, so following the link asks the database once per process, and joining it only costs.
    """

    forward_related_accessor_class = _Remembered

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.ForeignKey", args, kwargs


class Offering(Recorded):
    """
    A version of how an authority offers an item to the people of a division (实施清单), open over `[open_from, open_to)`.

    `own` holds the authority's own elements, `overrides` what it sets otherwise than the item, by path.
    """

    item_code = models.CharField("事项代码", max_length=80)
    division = models.CharField("适用地区", max_length=12)
    version = models.PositiveIntegerField("版本", default=1)
    organization = models.ForeignKey("identity.Organization", verbose_name="实施机构", on_delete=models.PROTECT)
    own = models.JSONField("实施要素", default=dict)
    overrides = models.JSONField("地方调整", default=dict)
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT)
    open_from = models.DateField("开始提供", null=True, blank=True)
    open_to = models.DateField("停止提供", null=True, blank=True)

    class Meta:
        verbose_name = "实施清单"
        verbose_name_plural = "实施清单"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["item_code", "division", "version"], name="offering_version_once"),
            models.CheckConstraint(
                condition=models.Q(open_to__isnull=True) | models.Q(open_to__gte=models.F("open_from")),
                name="offering_period_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_code} {self.division} 第{self.version}版"

    def standing(self, on: date) -> str:
        return standing(self.state, self.open_from, self.open_to, on=on)

    @property
    def counters(self) -> list[dict[str, Any]]:
        return list(self.own.get("counters", ()))


class Deed(models.Model):
    """One thing somebody did to a version or an offering, with the opinion they gave; never changed, never deleted."""

    version = models.ForeignKey(ItemVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="deeds")
    offering = models.ForeignKey(Offering, null=True, blank=True, on_delete=models.PROTECT, related_name="deeds")
    kind = models.CharField("动作", max_length=10, choices=Kind)
    opinion = models.TextField("意见", blank=True)
    login_id = models.BigIntegerField("登录号", null=True)
    name = models.CharField("姓名", max_length=80)
    organization_name = models.CharField("单位", max_length=200, blank=True)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "事项办理记录"
        verbose_name_plural = "事项办理记录"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(version__isnull=True) ^ models.Q(offering__isnull=True), name="deed_has_one_subject"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at}"


class ParameterProposal(Recorded):
    """
    A figure of law as one officer wants it to hold. Nothing of it counts before another person has approved it: only then
    a row of the parameter table is written. It has one end, and is never changed after that.
    """

    State = ProposalState

    key = models.CharField("参数", max_length=80)
    division = models.CharField("行政区划", max_length=12)
    value = models.JSONField("数值")
    document = models.CharField("文号", max_length=200)
    valid_from = models.DateField("生效日")
    reason = models.CharField("更正理由", max_length=200, blank=True)
    login_id = models.BigIntegerField("提出人登录号")
    # What the proposer saw: the figure that holds on that day otherwise, and the day on which the next one begins.
    before = models.JSONField("原来的数值", null=True)
    until = models.DateField("下一数值生效日", null=True)
    state = models.CharField("状态", max_length=10, choices=ProposalState, default=ProposalState.OPEN)
    opinion = models.CharField("意见", max_length=1000, blank=True)
    settled_at = models.DateTimeField("办结时间", null=True)
    settled_by = models.CharField("办结人", max_length=80, blank=True)
    settled_login_id = models.BigIntegerField("办结人登录号", null=True)
    row = models.OneToOneField(ParameterRow, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="参数")

    class Meta:
        verbose_name = "参数提议"
        verbose_name_plural = "参数提议"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["key", "division"], name="proposal_one_open", condition=models.Q(state=ProposalState.OPEN)
            ),
            models.CheckConstraint(
                condition=models.Q(state=ProposalState.OPEN) ^ models.Q(settled_at__isnull=False),
                name="proposal_settled_once",
            ),
            models.CheckConstraint(
                condition=models.Q(state=ProposalState.APPROVED) ^ models.Q(row__isnull=True), name="proposal_has_row"
            ),
            # Four eyes: the database itself keeps a figure from being approved by who proposed it.
            models.CheckConstraint(
                condition=~models.Q(state=ProposalState.APPROVED)
                | (models.Q(settled_login_id__isnull=False) & ~models.Q(settled_login_id=models.F("login_id"))),
                name="proposal_by_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.division} {self.valid_from} {self.state}"
