"""The API as a whole, and its specification: OpenAPI 3.1, in Chinese and English, one shape of refusal, two ways in."""

from typing import Any

from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation
from ninja.router import Router
from ninja.schema import NinjaGenerateJsonSchema

from onedoor.api.doors import SESSION, SYSTEM
from onedoor.api.keys import KeyedAPI
from onedoor.api.problems import MEDIA_TYPE, Problem, StrictParser
from onedoor.api.words import word_of
from onedoor.platform.identity.roles import SCOPE_NAMES

INTRODUCTION = """\
一门通开放接口。网页上能办的，接口都能办；调用的是同样的操作和查询。

- 出错一律返回 `application/problem+json`：`code` 稳定，`detail` 说明怎么办，`errors` 用 JSON 指针指出哪一处。
- 每个写入都带请求头 `Idempotency-Key`，重复提交只办一次。
- 列表按游标翻页：把 `next` 原样传回，直到它为 null。
- 浏览器用会话（写入带 `X-CSRFToken`）；业务系统用令牌（OAuth 2.0 客户端凭据，`Authorization: Bearer`）。

What the pages do the API does, through the same operations and queries. Refusals are `application/problem+json` with a
stable `code`; every write carries an `Idempotency-Key`; lists continue with the cursor `next`. Browsers have a session
(writes with `X-CSRFToken`), systems a token (OAuth 2.0 client credentials).
"""
TOKENS = {"tokenUrl": "/api/v1/oauth/token", "scopes": SCOPE_NAMES}
TAGS = {
    "items": "事项：查找、指南、表单、预检 · Items: find them, their guide and form, the check beforehand",
    "public": "公开：查进度、公示、核验 · For everybody: progress by code, notices, checks",
    "drafts": "申请：填写、材料、授权、提交 · Applications: fill in, papers, consents, submit",
    "uploads": "分段上传：断了接着传 · Files in parts, that go on after a break",
    "cases": "办件：申请人跟踪和办理 · Cases as their applicants follow them",
    "entities": "我的单位：接管账号、授权经办人 · Organizations' accounts",
    "real_name": "实名等级：不用刷脸的核验 · How surely one is known",
    "me": "我的：消息、委托、授权、证照、数据 · Mine: messages, delegations, consents, certificates, data",
    "notices": "通知：方式、模板、待通知、发送情况 · Notices: ways, words, who has to be told, providers",
    "desk": "工作台：待办和案卷 · The workbench: worklist and case file",
    "acts": "办理：工作人员对办件的每一项动作 · What officers do to a case",
    "window": "窗口：核验、委托、监护、帮办 · At the window",
    "certificates": "证照和登记簿 · Certificates and registers",
    "catalog": "事项管理：版本、实施清单、参数、日历 · The catalogue at the desk",
    "people": "人员和机构 · Officers, posts, organizations, places",
    "systems": "接口客户端：登记、批准、续期、停用 · Systems that call this API",
    "oauth": "令牌 · Tokens of systems",
    "datasets": "数据共享 · Data shared between organs",
    "supervision": "监察和审计 · Supervision and audit",
}


class OneDoorAPI(KeyedAPI):
    """The API: names its operations after module and function, and finishes their specification."""

    def __init__(self) -> None:
        ways = {
            SESSION: {"type": "apiKey", "in": "cookie", "name": "sessionid", "description": "浏览器会话 · a browser"},
            SYSTEM: {"type": "oauth2", "description": "业务系统 · a system", "flows": {"clientCredentials": TOKENS}},
        }
        super().__init__(
            title="一门通 OneDoor",
            version="1",
            description=INTRODUCTION,
            docs_url=None,
            parser=StrictParser(),
            openapi_extra={"components": {"securitySchemes": ways}},
        )

    def get_openapi_operation_id(self, operation: Operation) -> str:
        module = operation.view_func.__module__.rpartition(".")[2]
        return f"{module}_{operation.view_func.__name__}"

    def get_operation_url_name(self, operation: Operation, router: Router) -> str:
        return f"api_{self.get_openapi_operation_id(operation)}"

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        specification = super().get_openapi_schema(**options)
        components = specification["components"]
        components.update(self.openapi_extra["components"])
        components["responses"] = {"Problem": {"description": "拒绝 · a refusal", "content": _problem(components)}}
        used = set()
        for methods in specification["paths"].values():
            for operation in methods.values():
                for parameter in operation.get("parameters", []):
                    _describe(parameter)
                operation["responses"]["default"] = {"$ref": "#/components/responses/Problem"}
                used.update(operation.get("tags", []))
        specification["tags"] = [{"name": name, "description": TAGS[name]} for name in TAGS if name in used]
        return specification


def _describe(parameter: dict[str, Any]) -> None:
    parameter["schema"].pop("title", None)
    word = word_of("", parameter["name"])
    if word is not None:
        told: dict[str, Any] = {}
        word.describe(told)
        parameter["description"] = told["description"]
        if "examples" in told and parameter["schema"].get("type") != "array":
            parameter["schema"]["examples"] = told["examples"]


def _problem(components: dict[str, Any]) -> dict[str, Any]:
    """Put the shape of a refusal among the schemas and return its content."""
    schema = Problem.model_json_schema(
        ref_template="#/components/schemas/{model}", schema_generator=NinjaGenerateJsonSchema, mode="serialization"
    )
    components["schemas"].update(schema.pop("$defs"))
    components["schemas"]["Problem"] = schema
    return {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
