from datetime import date, timedelta
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from onedoor.platform.identity.roles import ROLE_NAMES
from onedoor.platform.kernel.blind import BlindIndex, BlindIndexField
from onedoor.platform.kernel.fields import EncryptedTextField
from onedoor.platform.kernel.models import Recorded


class LoginManager(BaseUserManager["Login"]):
    """Finds log-ins by their name, as Django's authentication asks."""

    def get_by_natural_key(self, username: str | None) -> "Login":
        return self.get(username=username)


class Login(AbstractBaseUser):
    """An account. Citizens log in by phone or password, officers by staff number, password and one-time code."""

    class Kind(models.TextChoices):
        CITIZEN = "citizen", "群众"
        OFFICER = "officer", "工作人员"
        CLIENT = "client", "接口客户端"

    by_phone: ClassVar = BlindIndex("phone_index", "person.phone")
    by_holder: ClassVar = BlindIndex("holder_index", "person.id_number")

    username = models.CharField("登录名", max_length=64, unique=True)
    kind = models.CharField("类型", max_length=8, choices=Kind)
    name = models.CharField("姓名", max_length=100)  # an officer's name as it stands on actions
    person = models.OneToOneField(
        "identity.Person", verbose_name="人员", null=True, blank=True, on_delete=models.PROTECT, related_name="login"
    )
    phone = EncryptedTextField("手机", blank=True, default="")
    phone_index = BlindIndexField("手机索引", db_index=True)
    phone_index_even = BlindIndexField("手机索引（双数代密钥）", db_index=True)
    holder_number = EncryptedTextField("本人证件号码", blank=True, default="")
    holder_index = BlindIndexField("本人证件索引")  # one account a human
    holder_index_even = BlindIndexField("本人证件索引（双数代密钥）")
    one_time_secret = EncryptedTextField("动态口令密钥", blank=True, default="")
    one_time_last = models.BigIntegerField("上次动态口令时段", default=0)  # a code is good once
    one_time_wrong = models.PositiveSmallIntegerField("动态口令连续错误次数", default=0)
    one_time_locked_until = models.DateTimeField("动态口令锁定至", null=True, blank=True)
    must_change_password = models.BooleanField("须修改密码", default=False)
    password_set_at = models.DateTimeField("密码设置时间", null=True, blank=True)
    recovery_day = models.DateField("找回密码日", null=True, blank=True)  # the day of the last wrong try
    recovery_tries = models.PositiveSmallIntegerField("当日找回失败次数", default=0)
    is_active = models.BooleanField("启用", default=True)
    created_at = models.DateTimeField("开户时间")

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[LoginManager] = LoginManager()

    class Meta:
        verbose_name = "登录账号"
        verbose_name_plural = "登录账号"
        constraints: ClassVar = [
            *(
                models.UniqueConstraint(
                    fields=[f"phone_index{even}"],
                    name=f"citizen_login_per_phone{even}",
                    condition=models.Q(("kind", "citizen"), (f"phone_index{even}__gt", "")),
                )
                for even in ("", "_even")
            ),
            *(
                models.UniqueConstraint(
                    fields=[f"holder_index{even}"],
                    name=f"officer_login_per_human{even}",
                    condition=models.Q((f"holder_index{even}__gt", "")),
                )
                for even in ("", "_even")
            ),
        ]

    def __str__(self) -> str:
        return f"login {self.pk}"

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Nothing is permitted by Django's own permissions here; operations ask the Actor."""
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return False


class Post(Recorded):
    """岗位: role × organization × division × business lines × validity. A login works under one post at a time."""

    login = models.ForeignKey(Login, on_delete=models.PROTECT, related_name="posts")
    organization = models.ForeignKey("identity.Organization", on_delete=models.PROTECT, related_name="posts")
    role = models.CharField("角色", max_length=24, choices=sorted(ROLE_NAMES.items()))
    division = models.ForeignKey("identity.Division", verbose_name="管辖地", on_delete=models.PROTECT, related_name="+")
    lines = models.JSONField("业务条线", default=list)
    reach = models.JSONField("管辖代码段")  # half-open code ranges, resolved from the tree when the post is given
    valid_from = models.DateField("任职日")
    valid_to = models.DateField("离任日", null=True, blank=True)
    unit = models.ForeignKey(
        "identity.Unit", verbose_name="内设机构", null=True, blank=True, on_delete=models.PROTECT, related_name="posts"
    )
    # A post with a powerful role waits here until a second person, the security administrator, approves it.
    approved_at = models.DateTimeField("批准时间", null=True, blank=True)
    approved_by = models.ForeignKey(
        Login, verbose_name="批准人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "岗位"
        verbose_name_plural = "岗位"
        indexes: ClassVar = [models.Index(fields=["login", "valid_from"], name="post_by_login")]

    def __str__(self) -> str:
        return f"{self.role} {self.division_id}"

    @property
    def last_day(self) -> date | None:
        return self.valid_to - timedelta(days=1) if self.valid_to is not None else None


class Absence(Recorded):
    """AB岗: while the holder of a post is away, over `[starts_on, ends_on)`, the deputy works under it by their own name."""

    post = models.ForeignKey(Post, verbose_name="岗位", on_delete=models.PROTECT, related_name="absences")
    deputy = models.ForeignKey(Login, verbose_name="代岗人", on_delete=models.PROTECT, related_name="deputations")
    starts_on = models.DateField("开始日")
    ends_on = models.DateField("结束日")
    # To stand in for a powerful post waits for the security administrator, as being given one does.
    approved_at = models.DateTimeField("批准时间", null=True, blank=True)
    approved_by = models.ForeignKey(
        Login, verbose_name="批准人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "代岗"
        verbose_name_plural = "代岗"
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(ends_on__gt=models.F("starts_on")), name="absence_forward")
        ]
        indexes: ClassVar = [models.Index(fields=["deputy", "starts_on"], name="absence_by_deputy")]

    def __str__(self) -> str:
        return f"{self.post_id} {self.starts_on}–{self.ends_on}"


class AccountReset(Recorded):
    """要害岗位账号重置: asked for by one security administrator, done by another; one open at a time."""

    login = models.ForeignKey(Login, verbose_name="账号", on_delete=models.PROTECT, related_name="resets")
    note = models.CharField("核对情况", max_length=200)
    asked_by = models.ForeignKey(Login, verbose_name="申请人", on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField("批准时间", null=True, blank=True)
    approved_by = models.ForeignKey(
        Login, verbose_name="批准人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "账号重置申请"
        verbose_name_plural = "账号重置申请"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["login"], name="open_reset_once", condition=models.Q(approved_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"reset {self.login_id}"

    @property
    def target(self) -> str:
        return f"login:{self.login_id}"


class FormerPassword(models.Model):
    """The digest of a password an officer has had, so that it is not chosen again soon."""

    login = models.ForeignKey(Login, on_delete=models.CASCADE, related_name="former_passwords")
    digest = models.CharField("摘要", max_length=128)
    set_at = models.DateTimeField("设置时间")

    class Meta:
        verbose_name = "曾用密码"
        verbose_name_plural = "曾用密码"

    def __str__(self) -> str:
        return f"{self.login_id} {self.set_at:%Y-%m-%d}"


class LoginSession(models.Model):
    """One log-in on one device, from entering to leaving; it can be ended from elsewhere."""

    login = models.ForeignKey(Login, on_delete=models.CASCADE, related_name="sessions")
    session_key = models.CharField("会话", max_length=40, unique=True)
    device_index = models.CharField("设备索引", max_length=64)
    device = models.CharField("设备", max_length=60)
    address = models.CharField("网络地址", max_length=45, blank=True)
    started_at = models.DateTimeField("登录时间")
    seen_at = models.DateTimeField("最近使用")
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    ended_how = models.CharField("结束方式", max_length=20, blank=True)
    proof_tries = models.PositiveSmallIntegerField("再验证连续未通过次数", default=0)

    class Meta:
        verbose_name = "登录记录"
        verbose_name_plural = "登录记录"
        indexes: ClassVar = [models.Index(fields=["login", "started_at"], name="session_by_login")]

    def __str__(self) -> str:
        return f"{self.login_id} {self.device}"
