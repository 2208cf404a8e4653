"""Mail relays: SMTP, one connection for a batch. The id of the message is its Message-ID, by which a relay knows a repetition."""

import smtplib
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from django.conf import settings

from onedoor.platform.messages.providers import Answer, Outcome, Outgoing

SECONDS = 8.0
SUBJECT = "民政业务通知"


@dataclass(frozen=True)
class Relay:
    """One relay: smtp://user:password@host:25, or smtps:// from the first byte; with a user STARTTLS is asked for."""

    code: str
    title: str
    url: str

    def send(self, messages: Sequence[Outgoing], at: datetime) -> Iterator[Answer]:
        server: smtplib.SMTP | None = None
        try:
            for message in messages:
                try:
                    server = server or self._connect()
                except (OSError, smtplib.SMTPException) as error:
                    yield Answer(Outcome.AWAY, type(error).__name__)
                    continue
                answer = _send(server, message, at)
                if answer.outcome in (Outcome.UNSURE, Outcome.AWAY):
                    server.close()
                    server = None
                yield answer
        finally:
            if server is not None:
                server.close()

    def _connect(self) -> smtplib.SMTP:
        parts = urlsplit(self.url)
        host = parts.hostname or "localhost"
        if parts.scheme == "smtps":
            context = ssl.create_default_context()
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or 465, timeout=SECONDS, context=context)
        else:
            server = smtplib.SMTP(host, parts.port or 25, timeout=SECONDS)
        if parts.username:
            if parts.scheme == "smtp":
                server.starttls(context=ssl.create_default_context())
            server.login(unquote(parts.username), unquote(parts.password or ""))
        return server


def _send(server: smtplib.SMTP, message: Outgoing, at: datetime) -> Answer:
    try:
        server.send_message(_letter(message, at))
    except smtplib.SMTPRecipientsRefused as refused:
        code = next(iter(refused.recipients.values()))[0]
        return (
            Answer(Outcome.REJECTED, "对方邮箱不存在或拒收") if code >= 500 else Answer(Outcome.AWAY, f"status {code}")
        )
    except smtplib.SMTPResponseException as error:
        return Answer(Outcome.AWAY, f"status {error.smtp_code}")
    except (OSError, smtplib.SMTPException) as error:  # the connection went, perhaps after the last dot
        return Answer(Outcome.UNSURE, type(error).__name__)
    return Answer(Outcome.TAKEN)


def _letter(message: Outgoing, at: datetime) -> EmailMessage:
    letter = EmailMessage()
    letter["Subject"], letter["From"], letter["To"] = SUBJECT, settings.ONEDOOR_MAIL_FROM, message.to
    domain = settings.ONEDOOR_MAIL_FROM.rpartition("@")[2].rstrip(">")
    letter["Message-ID"], letter["Date"] = f"<{message.identifier}@{domain}>", format_datetime(at)
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content("\n\n".join(part for part in (message.text, message.link) if part))
    return letter


def relays() -> list[Relay]:
    """Return both relays in the order in which they are asked; one without an address is not there."""
    return [
        Relay("mail-1", "邮件一", settings.ONEDOOR_SMTP_URL),
        Relay("mail-2", "邮件二", settings.ONEDOOR_SMTP_SECOND_URL),
    ]
