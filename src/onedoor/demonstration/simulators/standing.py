"""How long a simulated provider or device is there: until it is told to go, or until the process that started it is gone."""

import os
import signal
import threading
from socketserver import BaseServer


def stand(*servers: BaseServer, saying: str = "") -> None:
    """Serve from now on, say so on standard output, and return once it is over."""
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    if saying:
        print(saying, flush=True)
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    parent = os.getppid()
    while not told.wait(1.0) and os.getppid() == parent:
        pass
    for server in servers:
        server.shutdown()
