"""A browser in which somebody has just proved twice who they are."""

from datetime import UTC, datetime
from typing import Any

from django.test import Client

from onedoor.platform.identity.models import Login, LoginSession
from onedoor.platform.identity.proofs import FACTORS_KEY, PROVED_KEY


def prove(client: Client, **more: Any) -> Client:
    """Give a logged-in client its second proof at this moment, and what else its session holds."""
    session = client.session
    session.update({FACTORS_KEY: ["code", "password"], PROVED_KEY: datetime.now(UTC).timestamp(), **more})
    session.save()
    return client


def noted(client: Client, login: Login) -> Client:
    """Note the session of a client that was let in without the entrance, as the entrance notes it."""
    at = datetime.now(UTC)
    LoginSession.objects.create(login=login, session_key=client.session.session_key, started_at=at, seen_at=at)
    return client
