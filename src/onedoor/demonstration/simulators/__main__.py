"""
The outside world of the demonstration and the tests: four departments and an SMS gateway, one port each.

One Django-free process: `python -m onedoor.demonstration.simulators --base-port 8701 --state DIR --node-key FILE`.
Ports from the base: 0 police household, 1 housing, 2 vehicles, 3 banks, 7 time-stamps, 8 SMS gateway, 9 control.
"""

import argparse
import os
import signal
import threading
from http.server import ThreadingHTTPServer
from pathlib import Path

from onedoor.demonstration.simulators.departments import CONNECTORS, DEPARTMENTS
from onedoor.demonstration.simulators.server import make_handler
from onedoor.demonstration.simulators.world import World

TIME_STAMP_OFFSET, SMS_OFFSET, CONTROL_OFFSET = 7, 8, 9


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--base-port", type=int, default=8701)
    parser.add_argument("--state", type=Path, required=True, help="folder with people.json")
    parser.add_argument(
        "--node-key", type=Path, help="public key of the asking node; without it signatures are refused"
    )
    parser.add_argument("--slow", type=float, default=0.6, help="longest ordinary delay of an answer in seconds")
    arguments = parser.parse_args()
    world = World(
        folder=arguments.state,
        node_key=arguments.node_key,
        sms_secret=os.environ.get("ONEDOOR_SMS_SECRET", ""),
        slow=arguments.slow,
    )
    world.authority.prepare()
    world.open_departments(CONNECTORS)
    ports = dict(enumerate(DEPARTMENTS))
    ports |= {TIME_STAMP_OFFSET: "time_stamps", SMS_OFFSET: "sms", CONTROL_OFFSET: "control"}
    servers = []
    for offset, name in ports.items():
        server = ThreadingHTTPServer(("127.0.0.1", arguments.base_port + offset), make_handler(name, world))
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
    print(f"simulators on 127.0.0.1:{arguments.base_port}–{arguments.base_port + CONTROL_OFFSET}", flush=True)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    parent = os.getppid()
    while not stop.wait(1.0):
        if os.getppid() != parent:  # the process that started us is gone
            break
    for server in servers:
        server.shutdown()


if __name__ == "__main__":
    main()
