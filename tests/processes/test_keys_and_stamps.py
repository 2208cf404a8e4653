"""Keys change while other processes write; seals are stamped by an authority in a process of its own."""

import json
import subprocess
import sys

import pytest

from tests.live import REPOSITORY, LiveSite, Visitor

pytestmark = pytest.mark.processes


def run(live: LiveSite, *command: str) -> str:
    done = subprocess.run(
        [sys.executable, *command], env=live.environment, cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def shell(live: LiveSite, code: str) -> str:
    return run(live, "-m", "django", "shell", "-v0", "-c", code).strip()


def test_keys_are_changed_while_another_process_writes_and_nothing_is_lost(live: LiveSite) -> None:
    old = shell(live, "from onedoor.platform.kernel.crypto import keyring; print(keyring().current('data').id)")
    visitor = Visitor(live).be("13900010001")
    writer = subprocess.Popen(
        [sys.executable, "-m", "tests.processes.writer"],
        env=live.environment,
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert writer.stdout is not None
    assert writer.stdout.readline() == "writing\n"

    run(live, "-m", "django", "rotate_keys", "--new", "--batch", "3")
    said = run(live, "-m", "django", "rotate_keys", "--batch", "3")

    writer.terminate()
    told = json.loads(writer.stdout.readline())
    assert writer.wait(20) == 0
    assert told["turns"] > len(told["written"]) * 2, "the writer was hardly at work"
    assert told["keys"][0] == old
    assert len(told["keys"]) == 2, "the writer never noticed the new key"
    run(live, "-m", "django", "rotate_keys")
    assert f"旧密钥 {old}：还有" in said

    # The web process, started long before the new key, reads and writes on.
    assert visitor.page("/me/")
    retire = (
        "from datetime import timedelta; from onedoor.platform.audit.key_changes import *; "
        "from onedoor.platform.kernel import clock; "
        f"retire_data_key(key_id='{old}', actor=Actor.system('测试'), at=clock.wall(), open_transactions=timedelta(0))"
    )
    shell(live, retire)
    stands = json.loads(
        shell(
            live,
            "import json; from onedoor.platform.identity.models import Person; "
            "print(json.dumps(dict(Person.objects.values_list('pk', 'address'))))",
        )
    )
    assert {key: stands[key] for key in told["written"]} == told["written"]
    assert visitor.page("/me/")
    live.kill("web")
    live.start("web")
    assert Visitor(live).be("13900010001").page("/me/")


CHANGE = (
    "from datetime import timedelta; from onedoor.platform.audit.key_changes import *; "
    "from onedoor.platform.kernel import blind, clock; "
    "who = dict(actor=Actor.system('测试'), at=clock.wall(), open_transactions=timedelta(0)); "
)


def test_the_key_people_are_found_by_is_changed_under_a_running_site(live: LiveSite) -> None:
    """The web process, started before, looks people up by their phone at every stage of the change."""
    Visitor(live).be("13900010001")
    shell(live, f"{CHANGE} add_index_key(**who)")
    Visitor(live).be("13900010002")
    shell(live, f"{CHANGE} print(list(blind.refill(batch=3)))")
    Visitor(live).be("13900010003")
    assert shell(live, f"{CHANGE} print(retire_index_key(**who).generation)").endswith("1")
    assert Visitor(live).be("13900010001").page("/me/")
    run(live, "-m", "django", "rotate_keys", "--index")
    assert live.rows("SELECT count(*) FROM identity_person WHERE id_index IS NOT NULL")[0][0] == 0
    assert Visitor(live).be("13900010002").page("/me/")


def test_seals_are_stamped_by_the_authority_in_its_own_process(live: LiveSite) -> None:
    seal = (
        "from datetime import timedelta; from onedoor.platform.kernel import clock; "
        "from onedoor.platform.audit.seals import seal_entries; "
        "from onedoor.platform.audit.timestamps import stamp_seals; "
        "print(seal_entries(at=clock.now() + timedelta(hours={hours})).number, stamp_seals(at=clock.now()))"
    )
    live.moods(time_stamps={"fail": 1})
    shell(live, "from onedoor.platform.audit.timestamps import stamp_seals; print()")
    first = shell(live, seal.format(hours=1)).split()[-2:]
    assert first[1] == "0"
    Visitor(live).be("13900010001")
    live.moods(time_stamps={"garbage": 1})
    assert shell(live, seal.format(hours=2)).split()[-1] == "0"
    live.moods(time_stamps={})
    Visitor(live).be("13900010002")
    assert int(shell(live, seal.format(hours=3)).split()[-1]) >= 3
    Visitor(live).be("13900010003")
    live.moods(time_stamps={"replay": 1})
    assert shell(live, seal.format(hours=4)).split()[-1] == "0"
    live.moods(time_stamps={})
    waiting = (
        "SELECT count(*) FROM audit_auditseal s LEFT JOIN audit_timestamp t ON t.seal_id = s.id WHERE t.id IS NULL"
    )
    assert live.rows(waiting)[0][0] >= 1
    shell(
        live,
        "from onedoor.platform.audit.timestamps import *; from onedoor.platform.kernel import clock; stamp_seals(at=clock.now())",
    )
    assert live.rows(waiting)[0][0] == 0
    run(live, "-m", "django", "check_audit")
