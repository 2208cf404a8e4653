from datetime import date
from typing import ClassVar

from django.db import models

from onedoor.platform.cases.states import TERMINAL, Kind, State
from onedoor.platform.catalog.models import PinnedVersion
from onedoor.platform.kernel.blind import BlindIndex, BlindIndexField
from onedoor.platform.kernel.fields import EncryptedJSONField, EncryptedTextField
from onedoor.platform.kernel.prepared_writes import PreparedWrites


class Case(PreparedWrites):
    """
    One application for one item. The truth is its list of actions; the columns here are a reading of that list,
    written in the same transaction, for lists and guards.
    """

    number = models.CharField("办件编号", max_length=50, unique=True)
    query_code = models.CharField("查询码", max_length=10, unique=True)
    item_version = PinnedVersion("catalog.ItemVersion", verbose_name="事项版本", on_delete=models.PROTECT)
    item_code = models.CharField("事项代码", max_length=80)
    line = models.CharField("业务条线", max_length=40)
    division = models.CharField("行政区划", max_length=12)
    receiving_organization = models.ForeignKey(
        "identity.Organization", verbose_name="收件单位", on_delete=models.PROTECT, related_name="cases_received"
    )
    deciding_organization = models.ForeignKey(
        "identity.Organization", verbose_name="决定单位", on_delete=models.PROTECT, related_name="cases_decided"
    )
    applicant = models.ForeignKey(
        "identity.Person", verbose_name="申请人", on_delete=models.PROTECT, related_name="cases"
    )
    agent = models.ForeignKey(
        "identity.Person",
        verbose_name="代理人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="cases_as_agent",
    )
    delegation = models.ForeignKey(
        "identity.Delegation", verbose_name="委托", null=True, blank=True, on_delete=models.PROTECT
    )

    class Relation(models.TextChoices):
        AGAIN = "again", "再次申请"
        CORRECT = "correct", "更正"
        CHANGE = "change", "变更"
        REISSUE = "reissue", "补发"
        CANCEL = "cancel", "注销"
        REVOKE = "revoke", "撤销"
        TRANSFER = "transfer", "转报"

    # What ends what an earlier case has granted: how the later one follows it, and with which result.
    TAKES_BACK: ClassVar = ((Relation.REVOKE, "revoked"), (Relation.CANCEL, "granted"))

    # The case this one follows, and what it is to it.
    relation = models.CharField("关联", max_length=10, choices=Relation, blank=True, default="")
    continues = models.ForeignKey(
        "self", verbose_name="接续", null=True, blank=True, on_delete=models.PROTECT, related_name="continued_by"
    )
    # How the applicant has asked to be given decisions; "electronic" is the consent that law asks for.
    delivery = models.CharField("送达方式", max_length=10, default="electronic")
    channel = models.CharField("渠道", max_length=10)
    state = models.CharField("状态", max_length=20, choices=State)
    result = models.CharField("结果", max_length=10, blank=True)  # granted, denied
    submitted_at = models.DateTimeField("提交时间")
    undo_until = models.DateTimeField("可撤销至")
    received_at = models.DateTimeField("收件时间", null=True, blank=True)
    accepted_at = models.DateTimeField("受理时间", null=True, blank=True)
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    completed_at = models.DateTimeField("办结时间", null=True, blank=True)
    supplement_round = models.PositiveSmallIntegerField("补正次数", default=0)
    last_seq = models.PositiveIntegerField("最新动作", default=0)
    last_hash = models.CharField("动作链", max_length=64, default="0" * 64)
    last_at = models.DateTimeField("最新动作时间", null=True, blank=True)

    class Meta:
        verbose_name = "办件"
        verbose_name_plural = "办件"
        indexes: ClassVar = [
            models.Index(fields=["division", "state", "id"], name="case_by_place"),
            models.Index(fields=["applicant", "id"], name="case_by_applicant"),
            models.Index(fields=["agent", "id"], name="case_by_agent"),
            models.Index(fields=["undo_until"], name="case_to_hand_in", condition=models.Q(state="submitted")),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def handled_in(self) -> str:
        """
        The division by which an officer's reach is judged: the applicant's place, or that of the superior organ to which
        the case was sent up; there nobody below has a say any more.
        """
        if self.relation == self.Relation.TRANSFER:
            return self.receiving_organization.division_id
        return self.division

    @property
    def target(self) -> str:
        """How audit and file grants name this case."""
        return f"case:{self.pk}"

    @property
    def is_ended(self) -> bool:
        return self.state in TERMINAL


class CaseAnswers(PreparedWrites):
    """What the applicant declared, apart from the case so that the archive can shred it."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="declared")
    content = EncryptedJSONField("填写内容")
    digest = models.CharField("摘要", max_length=64)

    class Meta:
        verbose_name = "申报内容"
        verbose_name_plural = "申报内容"

    def __str__(self) -> str:
        return str(self.case_id)


class AnswerSources(models.Model):
    """
    Where the answers of a case come from: by field, the source, its date, and whether something else was declared.

    Apart from the answers and encrypted like them: what was offered and why it is said to be wrong is personal.
    """

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="answer_sources")
    content = EncryptedJSONField("来源", default=dict)

    class Meta:
        verbose_name = "填写来源"
        verbose_name_plural = "填写来源"

    def __str__(self) -> str:
        return str(self.case_id)


class CasePerson(models.Model):
    """A person named in the application: a household member, an obligor."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="people")
    person = models.ForeignKey("identity.Person", verbose_name="人员", on_delete=models.PROTECT, related_name="+")
    role = models.CharField("身份", max_length=20)
    row = models.PositiveSmallIntegerField("序号", default=0)

    class Meta:
        verbose_name = "办件人员"
        verbose_name_plural = "办件人员"
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "person", "role"], name="case_person_once")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.role}"


class CaseAddress(models.Model):
    """Under what another application with the same address is found; the address itself stands among the answers only."""

    by_address: ClassVar = BlindIndex("address_index", "case.address")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="addresses")
    field = models.CharField("问题", max_length=40)
    address_index = BlindIndexField("地址索引", db_index=True)
    address_index_even = BlindIndexField("地址索引（双数代密钥）", db_index=True)

    class Meta:
        verbose_name = "办件地址索引"
        verbose_name_plural = "办件地址索引"
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "field"], name="case_address_once")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.field}"


class Action(PreparedWrites):
    """One thing that happened to a case. Never changed, never deleted; chained by hash within its case."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="actions")
    seq = models.PositiveIntegerField("序号")
    kind = models.CharField("动作", max_length=20, choices=Kind)
    step = models.CharField("环节", max_length=40, blank=True)
    from_state = models.CharField("原状态", max_length=20, blank=True)
    to_state = models.CharField("新状态", max_length=20, choices=State)
    actor_kind = models.CharField("操作方", max_length=10)
    actor_name = models.CharField("操作人", max_length=80, blank=True)
    login_id = models.BigIntegerField("登录号", null=True)
    person_id = models.BigIntegerField("人员", null=True)
    post_id = models.BigIntegerField("岗位", null=True)
    organization_id = models.BigIntegerField("单位", null=True)
    organization_name = models.CharField("单位名称", max_length=200, blank=True)
    role = models.CharField("角色", max_length=40, blank=True)
    channel = models.CharField("渠道", max_length=10)
    at = models.DateTimeField("时间")
    facts = models.JSONField("事实", default=dict)
    previous_hash = models.CharField("前一动作", max_length=64)
    hash = models.CharField("动作摘要", max_length=64)

    class Meta:
        verbose_name = "动作"
        verbose_name_plural = "动作"
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "seq"], name="action_once")]

    def __str__(self) -> str:
        return f"{self.case_id} #{self.seq} {self.kind}"


class ActionNote(PreparedWrites):
    """The personal words that belong to an action: an opinion, reasons, defects. The action holds their hash."""

    action = models.OneToOneField(Action, on_delete=models.CASCADE, related_name="note")
    text = EncryptedTextField("文字")

    class Meta:
        verbose_name = "动作说明"
        verbose_name_plural = "动作说明"

    def __str__(self) -> str:
        return str(self.action_id)


class CaseStep(PreparedWrites):
    """A step of the item as it stands in one case; an open step is work waiting in somebody's list."""

    PASSED_OVER = "passed_over"  # the outcome of one that was closed by a decision without being done

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="steps")
    code = models.CharField("环节", max_length=40)
    title = models.CharField("名称", max_length=80)
    permission = models.CharField("所需权限", max_length=40, blank=True)
    division = models.CharField("行政区划", max_length=12)
    line = models.CharField("业务条线", max_length=40)
    item_code = models.CharField("事项", max_length=80)
    opened_at = models.DateTimeField("开始时间")
    # The earlier of its own due day and the case's; what the worklist is sorted by. Later than all days: no limit runs.
    urgent_on = models.DateField("紧迫日", default=date.max)
    ended_at = models.DateTimeField("完成时间", null=True, blank=True)
    outcome = models.CharField("结果", max_length=20, blank=True)

    class Meta:
        verbose_name = "办理环节"
        verbose_name_plural = "办理环节"
        indexes: ClassVar = [
            # The list of a large place is read in its order, that of a small one by its place.
            models.Index(
                fields=["urgent_on", "id", "division", "permission"],
                name="step_waiting",
                condition=models.Q(ended_at__isnull=True),
            ),
            # Counts, what a list can be narrowed by, and the page of a place are read from this index alone. What is
            # compared as equal comes first: an officer's few permissions, then the place.
            models.Index(
                fields=["permission", "division", "code", "title", "item_code", "urgent_on", "opened_at", "id"],
                name="step_waiting_counts",
                condition=models.Q(ended_at__isnull=True),
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "code"], name="step_open_once", condition=models.Q(ended_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.code}"


class StepPerformer(PreparedWrites):
    """Which officer did a step, under which post of which organ (R-ORG-1); the separation of duties is read from here."""

    step = models.ForeignKey(CaseStep, on_delete=models.PROTECT, related_name="performers")
    login_id = models.BigIntegerField("登录号")
    post_id = models.BigIntegerField("岗位", null=True)
    role = models.CharField("角色", max_length=40, blank=True, default="")
    organization_id = models.BigIntegerField("单位", null=True)

    class Meta:
        verbose_name = "经办人"
        verbose_name_plural = "经办人"
        constraints: ClassVar = [models.UniqueConstraint(fields=["step", "login_id"], name="performer_once")]

    def __str__(self) -> str:
        return f"{self.step_id} {self.login_id}"
