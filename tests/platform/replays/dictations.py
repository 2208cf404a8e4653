"""What is spoken instead of typed: the page and its call."""

from django.conf import settings
from tests.platform.replays.machines import like
from tests.platform.replays.stage import Sent, Stage, sends

RECORDING = b"RIFF\x24\x00\x00\x00WAVEfmt "


@sends("spoken_search")
def spoken_search(stage: Stage) -> Sent:
    stage.patch.setattr(settings, "ONEDOOR_LISTENER", "transcriptions")
    stage.patch.setattr(settings, "ONEDOOR_LISTENER_URL", "http://127.0.0.1:9")
    return Sent("reader", "/search/spoken/", {"act": "dictate", "recording": RECORDING})


like("spoken_search", "/dictations", lambda fields: {"purpose": "search", "recording": fields["recording"]})
