"""导出我的数据: ask for a copy of everything held on me or my ward, see how far it is, take it."""

from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from onedoor.platform.kernel import clock
from onedoor.platform.portability import operations
from onedoor.platform.portability import queries as portability
from onedoor.web.parts.actors import actor_of
from onedoor.web.parts.inputs import posted
from onedoor.web.parts.writes import keyed


@keyed
def exports(request: HttpRequest) -> HttpResponse:
    """Show what was copied out and by whom; ask for another copy."""
    actor, at = actor_of(request), clock.now()
    if request.method == "POST":
        operations.ask_export(person_id=posted(request, "person"), actor=actor, at=at)
        return redirect("exports")
    return render(request, "citizen/exports.html", {"subjects": portability.export_subjects(actor=actor, at=at)})


def export_file(request: HttpRequest, export_id: UUID) -> FileResponse:
    _, content = operations.take_export(export_id=export_id, actor=actor_of(request), at=clock.now())
    response = FileResponse(content, as_attachment=True, filename="我的个人信息.zip", content_type="application/zip")
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
