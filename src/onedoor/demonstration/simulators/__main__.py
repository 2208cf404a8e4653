"""
The outside world of the demonstration and the tests: departments, SMS gateways, a mail server, WeChat; one port each.

One Django-free process: `python -m onedoor.demonstration.simulators --base-port 8701 --state DIR --node-key FILE`.
Ports from the base: 0 police household, 1 housing, 2 vehicles, 3 banks, 4 second SMS gateway,
5 mail (SMTP), 6 WeChat, 7 time-stamps, 8 SMS gateway, 9 control, 10 Weibo,
11 push service, 12 log-ins of others.
"""

import argparse
import os
import threading
from http.server import ThreadingHTTPServer
from pathlib import Path
from socketserver import BaseServer

from onedoor.demonstration.simulators.departments import CONNECTORS, DEPARTMENTS
from onedoor.demonstration.simulators.identity_providers import make_providers
from onedoor.demonstration.simulators.official_account import OfficialAccount
from onedoor.demonstration.simulators.post_office import make_post_office
from onedoor.demonstration.simulators.senders import send_receipts
from onedoor.demonstration.simulators.server import make_handler
from onedoor.demonstration.simulators.standing import stand
from onedoor.demonstration.simulators.world import World

SECOND_SMS_OFFSET, MAIL_OFFSET, WECHAT_OFFSET = 4, 5, 6
TIME_STAMP_OFFSET, SMS_OFFSET, CONTROL_OFFSET = 7, 8, 9
WEIBO_OFFSET, PUSH_OFFSET, IDENTITY_OFFSET = 10, 11, 12


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--base-port", type=int, default=8701)
    parser.add_argument("--state", type=Path, required=True, help="folder with people.json")
    parser.add_argument(
        "--node-key", type=Path, help="public key of the asking node; without it signatures are refused"
    )
    parser.add_argument("--slow", type=float, default=0.6, help="longest ordinary delay of an answer in seconds")
    parser.add_argument("--receipts", default="", help="address of the site that is told what became of its messages")
    parser.add_argument("--only", default="", help="names of the ports to open, all by default")
    arguments = parser.parse_args()
    world = World(
        folder=arguments.state,
        node_key=arguments.node_key,
        sms_secrets={
            "sms": os.environ.get("ONEDOOR_SMS_SECRET", ""),
            "sms_second": os.environ.get("ONEDOOR_SMS_SECOND_SECRET", ""),
        },
        slow=arguments.slow,
        receipts_to=arguments.receipts,
        official_account=OfficialAccount(
            *(os.environ.get(f"ONEDOOR_WECHAT_{name}", "") for name in ("APP_ID", "SECRET", "TOKEN", "AES_KEY"))
        ),
    )
    world.authority.prepare()
    world.open_departments(CONNECTORS)
    ports = dict(enumerate(DEPARTMENTS))
    ports |= {SECOND_SMS_OFFSET: "sms_second", WECHAT_OFFSET: "wechat"}
    ports |= {TIME_STAMP_OFFSET: "time_stamps", SMS_OFFSET: "sms", CONTROL_OFFSET: "control", WEIBO_OFFSET: "weibo"}
    ports[PUSH_OFFSET] = "push"
    only = set(arguments.only.split(",")) if arguments.only else {*ports.values(), "mail", "identity"}
    servers: list[BaseServer] = []
    if "identity" in only:
        servers.append(make_providers(world, arguments.base_port + IDENTITY_OFFSET))
    if "mail" in only:
        servers.append(make_post_office(world, arguments.base_port + MAIL_OFFSET))
    for offset, name in ports.items():
        if name not in only:
            continue
        department = ThreadingHTTPServer(("127.0.0.1", arguments.base_port + offset), make_handler(name, world))
        department.daemon_threads = True
        servers.append(department)
    threading.Thread(target=send_receipts, args=(world,), daemon=True).start()
    stand(*servers, saying=f"simulators on 127.0.0.1:{arguments.base_port}–{arguments.base_port + IDENTITY_OFFSET}")


if __name__ == "__main__":
    main()
