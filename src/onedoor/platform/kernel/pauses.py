"""How long whatever fails is left in peace: the figures every circuit breaker of the house shares."""

import random
from datetime import timedelta

FAILURES_TO_OPEN = 5  # in a row
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=15), timedelta(minutes=10)


def jitter(wait: timedelta) -> timedelta:
    """Return a wait a little shorter or longer, so that many do not come back at the same moment."""
    return wait * random.uniform(0.8, 1.2)  # noqa: S311 - spreads retries, protects nothing


def pause(openings: int) -> timedelta:
    """Return how long nobody asks after a breaker has opened; twice as long for every probe that failed before."""
    return jitter(min(FIRST_PAUSE * 2 ** min(openings, 10), LONGEST_PAUSE))
