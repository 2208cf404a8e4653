"""W2: the work list of a county's officer among 1,000,000 cases, its first and its 34th page; 8 officers at once."""

import os
import re
import time

from benchmarks import bench_generator
from benchmarks.load import Client, Figures, drive
from benchmarks.site import Site, running

CASES = int(os.environ.get("ONEDOOR_BENCH_CASES", "1000000"))
CLIENTS, SECONDS = 8, 8.0
PAGES = (1, 34)
NEXT = re.compile(rb'href="(\?[^"]*after=[^"]*)"')


def address_of(client: Client, page: int) -> str:
    """Turn so many pages, as an officer would, and return the address of the last one."""
    address = "/staff/"
    for _ in range(1, page):
        following = NEXT.search(client.get("", address).body)
        if following is None:
            raise RuntimeError(f"the list has no page {page}: more cases are needed")
        address = "/staff/" + following[1].decode().replace("&amp;", "&")
    client.samples.clear()
    return address


def lists(site: Site) -> list[Figures]:
    clients = [Client(site.port, site.officers["county_clerk"]) for _ in range(CLIENTS)]
    found = []
    for page in PAGES:
        address = address_of(clients[0], page)
        title = f"W2 待办第 {page} 页 work list, page {page}"
        work = lambda client, turn, address=address: client.get("列表 list", address)  # noqa: E731
        found.append(drive(site, title, "页 pages/s", clients, work, seconds=SECONDS))
    return found


def main() -> None:
    with running() as site:
        begun = time.monotonic()
        # Handed in within forty days, so that enough of them wait at any stage for a 34th page.
        rows = bench_generator.fill(CASES, bench_generator.CITY, days=40)
        print(f"    {CASES:,} 件 cases, {rows:,} 行 rows in {time.monotonic() - begun:,.0f} s", flush=True)
        for figures in lists(site):
            print("\n".join(figures.lines()), flush=True)
