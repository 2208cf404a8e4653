"""
How many certificates a second are issued and checked as records (PDF apart): SM2 with SM3, two processes, PostgreSQL.

    ./onedoor bench certificates            # 2 processes, 20 batches of 500 each
    ONEDOOR_BENCH_BATCHES=40 ./onedoor bench certificates

Issuing is `issue_certificates`: number, identifier, encrypted face, signature, holder, event, outbox and audit row of
each. Checking is `verify_batch`: fetch, decrypt, digest, signature. Each process issues for a county of its own: the
running numbers of one county hang on one locked row, so one county's batches follow each other. The wall clock runs
from the first to the last process; the database's work on the same cores is part of it. The cluster of
`./onedoor bench` runs without fsync; with it a batch waits for one flush.
"""

# ruff: noqa: E402 - models can be imported only after Django is set up
import os
import tempfile
import time
from datetime import UTC, date, datetime
from multiprocessing import get_context
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "onedoor.config.settings.test")

import django

django.setup()

from django.conf import settings
from django.db import connection

from onedoor.platform.certificates import kinds, operations, queries
from onedoor.platform.certificates.models import Certificate
from onedoor.platform.identity.models import Division, Organization, Person
from onedoor.platform.kernel import crypto
from onedoor.platform.kernel.actors import Actor

PROCESSES = 2
BATCH = 500
BATCHES = int(os.environ.get("ONEDOOR_BENCH_BATCHES", "20"))
AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
MACHINE = Actor.system("测量")
PLACES = ("110105000000", "110108000000")

kinds.register(
    kinds.CertificateKind(
        code="bench.card",
        title="借书证",
        line="library",
        type_code="111000000009999936001",
        type_code_is_placeholder=True,
        holder="person",
        face=(
            kinds.FaceField("room", "阅览室"),
            kinds.FaceField("since", "起始月"),
            kinds.FaceField("books", "可借册数"),
        ),
    )
)


def prepare(keys: str) -> None:
    """Make the tables, an issuer and a thousand holders."""
    settings.ONEDOOR_KEYS_DIR = Path(keys)
    crypto.create_missing_keys(keys)
    name = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    url = os.environ["ONEDOOR_DATABASE_URL"]
    os.environ["ONEDOOR_DATABASE_URL"] = f"{url.rpartition('/')[0]}/{name}"  # for the processes to come
    place = Division.objects.create(code=PLACES[0], name="朝阳区", full_name="北京市朝阳区", level=4, source="测量")
    Organization.objects.create(
        uscc="11110105000123457D",
        name="北京市朝阳区图书馆",
        short_name="朝图",
        kind="institution",
        tier=4,
        division=place,
        recorded_at=AT,
        recorded_by="测量",
    )
    Person.objects.bulk_create(
        Person(name="欧阳晓娜", sex="2", id_number="synthetic", id_index=f"{n}", recorded_at=AT, recorded_by="测量")
        for n in range(1000)
    )


def cpu_seconds() -> float:
    """Return the processor time of this process and of its database backend, which runs on the same machine."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    fields = Path(f"/proc/{backend}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return time.process_time() + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def timed(work, job: tuple[str, int]) -> tuple[int, float]:  # type: ignore[no-untyped-def]
    began = cpu_seconds()
    return work(job), cpu_seconds() - began


def issue(job: tuple[str, int]) -> int:
    """Issue BATCHES batches in one process and return how many certificates."""
    keys, worker = job
    settings.ONEDOOR_KEYS_DIR = Path(keys)
    people = list(Person.objects.values_list("pk", flat=True))
    organ = Organization.objects.get()
    issuer = operations.Issuer(organ.pk, organ.name, organ.uscc)
    for batch in range(BATCHES):
        orders = [
            operations.Order(
                holders=[operations.Holder("欧阳晓娜", person_id=people[n % len(people)])],
                division=PLACES[worker % 2],
                case_number=f"{worker}-{batch}-{n}",
                face={"room": "二层", "since": "2026年12月", "books": "10"},
                valid_from=date(2026, 12, 1),
                last_valid_on=date(2027, 11, 30),
            )
            for n in range(BATCH)
        ]
        operations.issue_certificates(kind="bench.card", issuer=issuer, orders=orders, actor=MACHINE, at=AT)
    return BATCH * BATCHES


def check(job: tuple[str, int]) -> int:
    """Check this process's share of the certificates in batches of 1,000 and return how many are genuine."""
    keys, worker = job
    settings.ONEDOOR_KEYS_DIR = Path(keys)
    own = list(Certificate.objects.filter(case_number__startswith=f"{worker}-").values_list("identifier", flat=True))
    genuine = 0
    for first in range(0, len(own), 1000):
        lines = queries.verify_batch(references=own[first : first + 1000], actor=MACHINE, at=AT)
        genuine += sum(line.word == "尚未生效" for line in lines)
    return genuine


def measure(title: str, work, keys: str) -> None:  # type: ignore[no-untyped-def]
    with get_context("spawn").Pool(PROCESSES) as pool:
        pool.map(ready, range(PROCESSES))  # started and imported before the clock runs
        began = time.perf_counter()
        answers = pool.starmap(timed, [(work, (keys, worker)) for worker in range(PROCESSES)], chunksize=1)
        seconds = time.perf_counter() - began
    done, used = sum(count for count, _ in answers), sum(cpu for _, cpu in answers)
    expected = PROCESSES * BATCH * BATCHES
    assert done == expected, f"{done} of {expected}"
    print(f"{title}: {done} in {seconds:.2f} s = {done / seconds:,.0f}/s by the clock, load {os.getloadavg()[0]:.1f}")
    print(
        f"  {used / done * 1000:.3f} ms of processor each (program and database) = {2 * done / used:,.0f}/s on 2 free cores"
    )


def ready(_: int) -> int:
    time.sleep(0.3)
    return os.getpid()


def main() -> None:
    print(f"{connection.vendor}, batches of {BATCH}, {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as keys:
        prepare(keys)
        connection.close()
        measure("issued", issue, keys)
        measure("checked", check, keys)


if __name__ == "__main__":
    main()
