"""What a program sends: one recipe for each operation of the API that writes."""

from tests.platform.replays.stage import AT, Sent, Stage, posts


@posts("/api/v1/cases/{number}/acceptance")
def acceptance(stage: Stage) -> Sent:
    return Sent("clerk", f"/api/v1/cases/{stage.books.received(AT).number}/acceptance")


@posts("/api/v1/cases/{number}/decision")
def decision(stage: Stage) -> Sent:
    return Sent("approver", f"/api/v1/cases/{stage.ready_to_decide().number}/decision", {"granted": True})
