"""What a person sends to be known more surely."""

from tests.platform.replays.machines import like, nothing
from tests.platform.replays.stage import AT, Sent, Stage, sends

from onedoor.demonstration.cast import bank_card
from onedoor.platform.identity.models import Login, OutsideAccount


@sends("my_real_name")
def bank(stage: Stage) -> Sent:
    return Sent("reader", "/me/real-name/", {"card": bank_card(1)})


@sends("outside_accounts")
def unlink(stage: Stage) -> Sent:
    login = Login.objects.get(person=stage.books.reader)
    row = OutsideAccount.objects.create(
        login=login, provider="national", subject_digest="0" * 64, linked_how="本人", recorded_at=AT, recorded_by="本人"
    )
    return Sent("reader", "/login/outside/", {"account": row.pk})


like("outside_accounts", "/me/outside-accounts/{account_id}", nothing, method="delete")
like("my_real_name", "/me/real-name/bank-checks")
