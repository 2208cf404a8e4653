"""A mail server that takes everything and keeps it: plain SMTP over a socket, as a relay in the house speaks it."""

import email
import email.policy
import socketserver
import time
from email.message import EmailMessage

from onedoor.demonstration.simulators.senders import ledger
from onedoor.demonstration.simulators.world import World

NOBODY = "nobody@"  # at the beginning of an address: there is no such mailbox
LONGEST_LINE = 1000


def make_post_office(world: World, port: int) -> socketserver.ThreadingTCPServer:
    """Return the server; its mood may fail, be slow, or lose the answer to a whole letter."""

    class Conversation(socketserver.StreamRequestHandler):
        to = ""

        def handle(self) -> None:
            if world.mood("mail").get("fail"):
                self.say(421, "busy")
                return
            self.say(220, "sink ready")
            while line := self.rfile.readline(LONGEST_LINE):
                verb, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
                if not self.answer(verb.upper(), rest):
                    return

        def answer(self, verb: str, rest: str) -> bool:
            """Answer one command and tell whether the conversation goes on."""
            if verb == "QUIT":
                self.say(221, "bye")
                return False
            if verb == "RCPT":
                self.to = rest.partition("<")[2].partition(">")[0]
                known = not self.to.startswith(NOBODY)
                self.say(250 if known else 550, "ok" if known else "no such mailbox")
            elif verb == "DATA":
                self.say(354, "go on")
                return self.letter()
            else:
                self.say(250, "ok") if verb in ("EHLO", "HELO", "MAIL", "RSET", "NOOP") else self.say(502, "unknown")
            return True

        def letter(self) -> bool:
            lines = []
            while (line := self.rfile.readline()) not in (b".\r\n", b""):
                lines.append(line[1:] if line.startswith(b"..") else line)
            read = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
            assert isinstance(read, EmailMessage)
            identifier = str(read["Message-ID"]).strip("<>").partition("@")[0]
            told = {"id": identifier, "to": self.to, "subject": str(read["Subject"]), "text": read.get_content()}
            ledger(world, "mail").take(told)
            time.sleep(float(world.mood("mail").get("slow", 0)))
            if world.mood("mail").get("lose_answer"):
                return False
            self.say(250, "taken")
            return True

        def say(self, code: int, words: str) -> None:
            self.wfile.write(f"{code} {words}\r\n".encode())

    class Office(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """Say nothing: whoever hangs up in the middle is killed on purpose here."""

    return Office(("127.0.0.1", port), Conversation)
