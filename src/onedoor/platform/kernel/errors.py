"""Expected refusals: a stable code, an HTTP status and words a citizen understands."""

from typing import Any, ClassVar


class OneDoorError(Exception):
    """
    An expected refusal. Subclasses live beside the function that raises them and set the three class attributes.

    `message` is a Chinese sentence; `{name}` in it is filled from the keyword arguments.
    Never put personal data into the arguments: they reach pages, API answers and audit rows.
    """

    code: ClassVar[str] = "onedoor.refused"
    http_status: ClassVar[int] = 400
    message: ClassVar[str] = "办理未成功，请稍后重试。"

    def __init__(self, **details: Any) -> None:
        self.details = details
        super().__init__(self.message.format(**details))

    @property
    def by_field(self) -> dict[str, str]:
        """What a page shows beside its fields; "" stands for the page as a whole."""
        return {"": str(self)}


class NotAllowed(OneDoorError):
    code, http_status, message = "onedoor.not_allowed", 403, "您的岗位不能办理此事项，请联系本单位管理员核对岗位权限。"


class NotFound(OneDoorError):
    code, http_status, message = "onedoor.not_found", 404, "没有找到您要的内容，请核对编号，或返回首页重新查找。"


class NotLoggedIn(OneDoorError):
    code, http_status, message = "onedoor.not_logged_in", 401, "请先登录。"


class AssuranceTooLow(OneDoorError):
    code, http_status, message = (
        "identity.assurance_too_low",
        403,
        "办理此事项需要更高的实名等级，请先完成身份核验（可用手机核验，也可到窗口核验）。",
    )

    def __init__(self, required_level: int) -> None:
        self.required_level = required_level
        super().__init__()


class IdentityUnchecked(AssuranceTooLow):
    code, message = (
        "identity.document_unchecked",
        "这一步有法律效力，要先核验证件：请看本人的身份证件原件，登记看了什么、怎么核的，再接着办。",
    )


class NotAtMachine(OneDoorError):
    code, http_status, message = (
        "onedoor.not_at_machine",
        403,
        "这件事只能在登记过的自助终端上办。请到大厅的自助终端，或者到窗口办理。",
    )


class StaleVersion(OneDoorError):
    code, http_status, message = "onedoor.stale", 409, "内容已被他人更新，您填写的内容已保留，请刷新后核对再提交。"


class InvalidInput(OneDoorError):
    """
    What the person typed cannot be used as it stands.

    `problems` maps a field path (`members.1.id_number`) to a Chinese sentence that says what to do.
    """

    code, http_status, message = "onedoor.invalid_input", 422, "有 {count} 处需要修改。"

    def __init__(self, problems: dict[str, str]) -> None:
        self.problems = problems
        super().__init__(count=len(problems))

    @property
    def by_field(self) -> dict[str, str]:
        return self.problems
