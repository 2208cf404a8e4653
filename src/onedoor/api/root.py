"""The API: one router a room, the specification at openapi.json."""

from onedoor.api import cases, catalog, certificates, exchange, problems
from onedoor.api.keys import KeyedAPI

api = KeyedAPI(
    title="OneDoor",
    version="1",
    description="一门通开放接口。出错一律返回 application/problem+json。",
    docs_url=None,
)
problems.install(api)
api.add_router("/items", catalog.router)
api.add_router("/cases", cases.router)
api.add_router("/certificate-checks", certificates.router)
api.add_router("/", exchange.router)
