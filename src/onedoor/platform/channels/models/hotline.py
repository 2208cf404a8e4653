"""Work orders of a hotline with their history, the lines they come in on, the dispatch catalogue, who is on duty."""

from typing import ClassVar

from django.db import models

from onedoor.platform.channels.states import CATEGORIES, CHANNELS, STATES, URGENCIES
from onedoor.platform.kernel.blind import BlindIndex, BlindIndexField
from onedoor.platform.kernel.fields import EncryptedTextField
from onedoor.platform.kernel.models import Recorded


class HotlineLine(Recorded):
    """A telephone number people call, and how it stands to the general line (国办发〔2020〕53号)."""

    class Mode(models.TextChoices):
        MERGED = "merged", "整体并入"
        DUAL = "dual", "双号并行"
        SUBCENTRE = "subcentre", "设分中心"
        INDEPENDENT = "independent", "独立运行"

    number = models.CharField("号码", max_length=20)
    title = models.CharField("名称", max_length=80)
    mode = models.CharField("运行方式", max_length=12, choices=Mode)
    division = models.CharField("行政区划", max_length=12)

    class Meta:
        verbose_name = "热线号码"
        verbose_name_plural = "热线号码"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["number", "division"], name="hotline_line_once"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class DispatchRule(Recorded):
    """派单目录: who handles a topic in a place; what a department has to handle is not sent to the grassroots."""

    division = models.CharField("行政区划", max_length=12)
    topic = models.CharField("事项", max_length=80)
    organization = models.ForeignKey(
        "identity.Organization", verbose_name="承办部门", on_delete=models.PROTECT, related_name="+"
    )
    department_only = models.BooleanField("须由部门办理")
    document = models.CharField("依据", max_length=200)
    valid_from = models.DateField("起始日")
    valid_to = models.DateField("终止日", null=True, blank=True)

    class Meta:
        verbose_name = "派单目录"
        verbose_name_plural = "派单目录"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["division", "topic"], condition=models.Q(valid_to=None), name="dispatch_rule_once"
            ),
        ]

    def __str__(self) -> str:
        return self.topic


class DutyOfficer(Recorded):
    """Who is called for an emergency of a place, in turn of the latest entry."""

    division = models.CharField("行政区划", max_length=12)
    name = models.CharField("姓名", max_length=80)
    phone = EncryptedTextField("电话")
    begins_at = models.DateTimeField("值班开始")
    ends_at = models.DateTimeField("值班结束")

    class Meta:
        verbose_name = "值班人员"
        verbose_name_plural = "值班人员"
        indexes: ClassVar = [models.Index(fields=["division", "ends_at"], name="duty_officer_by_place")]

    def __str__(self) -> str:
        return self.name


class WorkOrder(Recorded):
    """工单: what somebody asked of the hotline, who handles it, by when, and what the caller says of the result."""

    class Answer(models.TextChoices):
        YES = "yes", "是"
        NO = "no", "否"
        UNREACHED = "unreached", "联系不上"

    class Extension(models.TextChoices):
        NONE = "", "没有"
        REQUESTED = "requested", "已申请"
        GRANTED = "granted", "已同意"
        REFUSED = "refused", "未同意"

    by_phone: ClassVar = BlindIndex("phone_index", "channels.caller_phone")

    number = models.CharField("工单号", max_length=30, unique=True)
    hotline = models.ForeignKey(
        HotlineLine, verbose_name="热线", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    channel = models.CharField("渠道", max_length=10, choices=list(CHANNELS.items()))
    category = models.CharField("类别", max_length=12, choices=list(CATEGORIES.items()))
    urgency = models.CharField("紧急程度", max_length=10, choices=list(URGENCIES.items()))
    emergency = models.CharField("紧急情形", max_length=30, blank=True, default="")
    topic = models.CharField("事项", max_length=80, blank=True, default="")
    division = models.CharField("行政区划", max_length=12)
    content = EncryptedTextField("诉求内容")
    caller_name = EncryptedTextField("诉求人", blank=True, default="")
    caller_phone = EncryptedTextField("诉求人电话", blank=True, default="")
    phone_index = BlindIndexField("电话索引", db_index=True)
    phone_index_even = BlindIndexField("电话索引（双数代密钥）", db_index=True)
    subject_person = models.ForeignKey(
        "identity.Person",
        verbose_name="诉求人（已核实）",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    consents = models.BooleanField("同意向被投诉单位透露身份", default=False)
    about = models.ForeignKey(
        "identity.Organization",
        verbose_name="被投诉单位",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    related_case = models.ForeignKey(
        "cases.Case", verbose_name="相关办件", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    main_organization = models.ForeignKey(
        "identity.Organization",
        verbose_name="主办单位",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    joint_organizations = models.ManyToManyField("identity.Organization", verbose_name="协办单位", related_name="+")
    state = models.CharField("状态", max_length=14, choices=list(STATES.items()), default="created")
    code_digest = models.CharField("查询码摘要", max_length=64)
    taken_by = models.BigIntegerField("登记人", null=True, blank=True)
    received_at = models.DateTimeField("来电时间")
    dispatched_at = models.DateTimeField("派单时间", null=True, blank=True)
    sign_due = models.DateTimeField("签收期限", null=True, blank=True)
    object_until = models.DateField("退单期限", null=True, blank=True)
    due_on = models.DateField("答复期限", null=True, blank=True)
    extended_to = models.DateField("延期至", null=True, blank=True)
    extension = models.CharField("延期", max_length=10, choices=Extension, blank=True, default="")
    extension_days = models.PositiveSmallIntegerField("申请延期天数", default=0)
    respond_due = models.DateTimeField("值班响应期限", null=True, blank=True)
    responded_at = models.DateTimeField("值班响应时间", null=True, blank=True)
    replied_at = models.DateTimeField("答复时间", null=True, blank=True)
    revisit_due = models.DateField("回访期限", null=True, blank=True)
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)
    settled = models.BooleanField("派单已确认，不能再退", default=False)
    transfers = models.PositiveSmallIntegerField("改派次数", default=0)
    reworks = models.PositiveSmallIntegerField("重办次数", default=0)
    merged_into = models.ForeignKey(
        "self", verbose_name="并入", null=True, blank=True, on_delete=models.PROTECT, related_name="merged_here"
    )
    counts = models.BooleanField("计入考核", default=True)
    unit_resolved = models.CharField("单位说解决了", max_length=10, blank=True, default="")
    responded = models.CharField("是否联系", max_length=10, choices=Answer, blank=True, default="")
    resolved = models.CharField("是否解决", max_length=10, choices=Answer, blank=True, default="")
    satisfied = models.CharField("是否满意", max_length=10, choices=Answer, blank=True, default="")
    raised = models.JSONField("已发出的监察", default=list)

    class Meta:
        verbose_name = "热线工单"
        verbose_name_plural = "热线工单"
        indexes: ClassVar = [
            models.Index(fields=["division", "state", "id"], name="work_order_by_place"),
            models.Index(fields=["main_organization", "state", "id"], name="work_order_by_organ"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def target(self) -> str:
        return f"work_order:{self.pk}"

    @property
    def last_day(self) -> object:
        """The day by which it has to be answered, an extension included."""
        return self.extended_to or self.due_on


class OrderAct(models.Model):
    """One thing that happened to a work order; never changed."""

    order = models.ForeignKey(WorkOrder, verbose_name="工单", on_delete=models.PROTECT, related_name="acts")
    act = models.CharField("动作", max_length=20)
    state = models.CharField("之后的状态", max_length=14)
    text = EncryptedTextField("内容", blank=True, default="")
    digest = models.CharField("内容摘要", max_length=80, blank=True)  # the column beside it is sealed anew at times
    facts = models.JSONField("事实", default=dict)
    login_id = models.BigIntegerField("登录号", null=True)
    actor_name = models.CharField("经办人", max_length=80)
    organization_name = models.CharField("单位", max_length=200, blank=True)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "工单办理记录"
        verbose_name_plural = "工单办理记录"

    def __str__(self) -> str:
        return f"{self.order_id} {self.act}"
