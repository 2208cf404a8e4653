"""The worker process: delivers events, runs background tasks and periodic duties until it is told to stop."""

import os
import signal
import socket
import threading
from datetime import timedelta
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections, connection
from django_tasks_db.management.commands.db_worker import Worker

from onedoor.platform.kernel import clock, outbox, tasks

BEAT_SECONDS = 5


class Command(BaseCommand):
    help = "运行后台进程：投递事件、执行任务与定时工作（可同时运行多个）"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="处理完现有工作后退出")

    def handle(self, *args: Any, once: bool = False, **options: Any) -> None:
        name = f"{socket.gethostname()[:32]}:{os.getpid()}:{os.urandom(4).hex()}"
        stop = threading.Event()
        if once:
            run_everything(name)
            return
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _stopper(stop))
        tasks.beat(worker=name, at=clock.wall())
        threading.Thread(target=_keep_beating, args=(name, stop), daemon=True).start()
        while not stop.is_set():
            close_old_connections()
            if not run_round(name):
                stop.wait(settings.ONEDOOR_WORKER_INTERVAL)


def run_round(name: str) -> int:
    """Do one round of everything that waits and return how much was done."""
    at = clock.now()
    tasks.give_back_lost_tasks(at=clock.wall(), silent_for=timedelta(seconds=settings.ONEDOOR_WORKER_LOST_AFTER))
    done = len(tasks.run_due_duties(at=at)) + outbox.deliver_pending(at=at)
    worker = Worker(
        queue_names=["*"],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=20,
        worker_id=name,
        excluded_queue_names=[],
    )
    worker.run()
    return done + worker._run_tasks  # the library counts but does not tell


def run_everything(name: str = "once") -> None:
    """Work until nothing is ready any more; what waits for a later moment stays."""
    tasks.beat(worker=name, at=clock.wall())
    while run_round(name):
        pass


def _stopper(stop: threading.Event) -> Any:
    def handle(number: int, frame: FrameType | None) -> None:
        stop.set()

    return handle


def _keep_beating(name: str, stop: threading.Event) -> None:
    while not stop.wait(BEAT_SECONDS):
        tasks.beat(worker=name, at=clock.wall())
        connection.close()
