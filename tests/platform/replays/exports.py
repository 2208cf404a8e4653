"""What a person sends for a copy of their data: one recipe for each address, pages and API alike."""

from tests.platform.replays.machines import like
from tests.platform.replays.stage import Sent, Stage, sends


@sends("exports")
def exports(stage: Stage) -> Sent:
    return Sent("reader", "/me/export/", {"person": stage.books.reader.pk})


like("exports", "/me/exports", lambda fields: {"person_id": fields["person"]})
