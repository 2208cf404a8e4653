"""The API: one router a subject; its specification is openapi.json."""

from onedoor.api import (
    acts,
    cases,
    catalog,
    catalog_desk,
    certificates,
    desk,
    drafts,
    exchange,
    me,
    people,
    problems,
    proceedings,
    public,
    supervision,
    window,
)
from onedoor.api.specification import OneDoorAPI

ROOMS = (
    *(catalog, public, drafts, cases, me),
    *(desk, acts, proceedings, window, certificates),
    *(catalog_desk, people, exchange, supervision),
)

api = OneDoorAPI()
problems.install(api)
for module in ROOMS:
    api.add_router("", module.room)
