"""W4: cases of 1, 3, 10 and 100 human steps after acceptance, through the pages; the last step must cost what the first did."""

from benchmarks import items
from benchmarks.errands import Party, parties
from benchmarks.load import drive
from benchmarks.site import running

CLIENTS, SECONDS = 8, 8.0


def life(count: int) -> object:
    def work(party: Party, turn: int) -> None:
        number = party.apply(f"bench.steps_{count}", 14)
        party.accept(number)
        for step in range(1, count):
            party.review(number, step)
            _, taken, queries = party.samples[-1]
            if count == 100 and step in (1, 99):
                party.samples.append((f"第 {step} 步 step {step}", taken, queries))
        party.decide(number)

    return work


def main() -> None:
    with running() as site:
        for count in items.STEPS:
            figures = drive(
                site, f"W4 {count} 步 human steps", "件 cases/s", parties(site, CLIENTS), life(count), seconds=SECONDS
            )
            steps = sum(1 for name, _, _ in figures.samples if name.startswith(("审核", "决定")))
            print("\n".join(figures.lines()), flush=True)
            print(f"    {steps / SECONDS:,.1f} 步 steps/s", flush=True)
