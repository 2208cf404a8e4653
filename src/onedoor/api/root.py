"""The API: one router a subject; its specification is openapi.json."""

from onedoor.api import (
    acts,
    applications,
    appointments,
    bundles,
    cases,
    catalog,
    catalog_desk,
    certificates,
    complaints,
    deaths,
    desk,
    drafts,
    early,
    exchange,
    figures,
    me,
    oauth,
    papers,
    people,
    plans,
    problems,
    proceedings,
    public,
    queueing,
    rating_figures,
    ratings,
    supervision,
    systems,
    uploads,
    window,
)
from onedoor.api.specification import OneDoorAPI

ROOMS = (
    catalog,
    public,
    drafts,
    applications,
    early,
    uploads,
    cases,
    me,
    bundles,
    appointments,
    queueing,
    desk,
    acts,
    proceedings,
    papers,
    window,
    deaths,
    certificates,
    plans,
    catalog_desk,
    figures,
    people,
    systems,
    exchange,
    supervision,
    ratings,
    rating_figures,
    complaints,
    oauth,
)

api = OneDoorAPI()
problems.install(api)
oauth.install(api)
for module in ROOMS:
    api.add_router("", module.room)
