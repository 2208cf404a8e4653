"""`./onedoor <command>`: everything a person does with this repository starts here. Standard library only."""

import argparse
import sys

from onedoor.config import demo, suite, terminal
from onedoor.config.terminal import Stop

BUSY = 130  # what a shell expects of a program ended by Ctrl-C


def main() -> int:
    """Run one command and return its exit code."""
    terminal.prepare()
    arguments, rest = _parser().parse_known_args()
    if rest and not arguments.takes_rest:
        _parser().error(f"不认识的参数 · unrecognized arguments: {' '.join(rest)}")
    try:
        return int(arguments.run(arguments, rest))
    except Stop as stop:
        sys.stderr.write(f"\n{stop}\n")
        return 1
    except KeyboardInterrupt:
        return BUSY


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./onedoor", description="一门通 OneDoor")
    commands = parser.add_subparsers(required=True, metavar="command")

    def add(name: str, run: object, words: str, *, takes_rest: bool = False) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=words, description=words, add_help=not takes_rest)
        command.set_defaults(run=run, takes_rest=takes_rest)
        return command

    running = add("demo", _demo, "演示站点，Ctrl-C 停止 · a running site with invented people")
    running.add_argument("--port", type=int, default=8000, help="default 8000; the simulators listen 701 above it")
    running.add_argument("--households", type=int, help="how many more invented households have applied; default 12")
    add(
        "test", _test, "全部测试 · the whole suite: --sqlite --postgres --browser, or pytest's options", takes_rest=True
    )
    checking = add(
        "check", _check, "写法、类型、引用方向等检查 · everything a machine can judge without running the tests"
    )
    checking.add_argument("names", nargs="*", help="only these checks")
    add("tour", _tour, "重拍 docs/tour.md 的图 · take the pictures of docs/tour.md anew", takes_rest=True)
    add("bench", _bench, "性能测量 · measure the speed", takes_rest=True)
    add("lock", _lock, "重新锁定依赖 · write requirements/*.txt anew", takes_rest=True)
    add("doctor", _doctor, "检查这台机器缺什么 · say what this machine lacks and how to get it")
    add("manage", _manage, "Django 管理命令 · a management command on the demonstration's data", takes_rest=True)
    return parser


def _demo(arguments: argparse.Namespace, rest: list[str]) -> int:
    return demo.run_demo(port=arguments.port, households=arguments.households)


def _test(arguments: argparse.Namespace, rest: list[str]) -> int:
    return suite.run_suite(rest)


def _check(arguments: argparse.Namespace, rest: list[str]) -> int:
    from onedoor.config import checks  # the launcher stays quick: each command loads what it needs

    return checks.run_checks(arguments.names)


def _tour(arguments: argparse.Namespace, rest: list[str]) -> int:
    return suite.run_suite(["--browser", "--pictures", "-q", "tests/browser/test_errand.py", "-k", "daughter", *rest])


def _bench(arguments: argparse.Namespace, rest: list[str]) -> int:
    from onedoor.config import benches

    return benches.run_benchmarks(rest)


def _lock(arguments: argparse.Namespace, rest: list[str]) -> int:
    from onedoor.config import locks

    return locks.write_locks(rest)


def _doctor(arguments: argparse.Namespace, rest: list[str]) -> int:
    from onedoor.config import doctor

    return doctor.examine()


def _manage(arguments: argparse.Namespace, rest: list[str]) -> int:
    return demo.run_management_command(rest)
