"""Whether a worker has been told that messages wait."""

from typing import Any

from django.db.models import QuerySet
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

TASK = "onedoor.platform.messages.tasks.deliver_waiting"


def waiting() -> QuerySet[Any]:
    """Return the calls to a worker that nobody has answered yet."""
    return DBTaskResult.objects.filter(status=TaskResultStatus.READY, task_path=TASK)
