"""What the program beside a machine tells of its devices."""

from datetime import datetime

from django.db import transaction

from onedoor.platform.channels import kiosk_life
from onedoor.platform.channels.models import Kiosk
from onedoor.platform.channels.operations.cards import ReadingRefused
from onedoor.platform.channels.readings import Proof, moment_words, presents
from onedoor.platform.kernel.actors import Actor


def locked_by_reader(number: str, moment: str, more: str, *, proof: Proof, wall: datetime) -> Kiosk:
    """
    Return a machine in use under lock for the program whose reader has signed what it says.

    :raises ReadingRefused: it is not the reader bound to a machine that is in use, or its moment is not now.
    """
    rows = Kiosk.objects.select_for_update(of=("self",)).select_related("service_point__organization")
    kiosk = rows.filter(number=number, state=kiosk_life.State.ACTIVE).first()
    words = moment_words(number, moment, at=wall)
    if kiosk is None or words is None or not presents(f"{words}|{more}", proof, public_key=kiosk.reader_key):
        raise ReadingRefused
    return kiosk


@transaction.atomic
def report_printer(
    *, number: str, works: bool, moment: str, proof: Proof, actor: Actor, at: datetime, wall: datetime
) -> Kiosk:
    """
    Take down whether the machine's printer did print; whoever stands there and whoever manages it see when it did not.

    :raises ReadingRefused: not signed by this machine's reader just now.
    """
    kiosk = locked_by_reader(number, moment, f"printer|{'works' if works else 'fails'}", proof=proof, wall=wall)
    failed_before, kiosk.printer_failed_at = kiosk.printer_failed_at is not None, None if works else at
    if failed_before == (not works):
        kiosk.save(update_fields=["printer_failed_at"])
        return kiosk
    return kiosk_life.append(kiosk, "mended" if works else "fault", actor=actor, at=at)
