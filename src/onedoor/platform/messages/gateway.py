"""One SMS at once, for the code somebody waits for at the screen: the first gateway that takes it."""

from datetime import datetime

from onedoor.platform.messages import breaker, providers
from onedoor.platform.messages.providers import Answer, Outcome, Outgoing


class GatewayUnavailable(RuntimeError):
    """No gateway took the message; it is tried again."""


def send_sms(*, identifier: str, to: str, text: str, at: datetime) -> None:
    """
    Hand one SMS to a gateway; the same identifier twice is one SMS at the same gateway.

    Whoever waits for a code is better off with it twice than not at all: where an answer is lost, the next is asked.

    :raises GatewayUnavailable: none answered, or all refused.
    """
    answer = Answer(Outcome.AWAY, "no gateway is set")
    paused = breaker.paused(at=at)
    for provider in sorted(providers.by_channel("sms"), key=lambda one: one.code in paused):
        answer = next(provider.send([Outgoing(identifier, to, text)], at))
        if answer.outcome == Outcome.TAKEN:
            return
    raise GatewayUnavailable(answer.reason)
