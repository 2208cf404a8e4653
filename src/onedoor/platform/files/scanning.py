"""Hand a content to the operator's scanner, if one is set, before it is kept."""

import subprocess

from django.conf import settings

from onedoor.platform.files.contents import FileRefused
from onedoor.platform.files.storage import Aside

SECONDS = 60


def scan(aside: Aside) -> None:
    """
    Let the scanner read the content on its standard input.

    :raises FileRefused: the scanner says it is infected (exit status 1).
    :raises RuntimeError: the scanner failed; nothing counts as clean then.
    """
    command = settings.ONEDOOR_SCAN_COMMAND
    if not command:
        return
    with aside.open() as content:
        # The command is the operator's own setting; the content reaches it only through its standard input.
        answer = subprocess.run(  # noqa: S603
            [command], input=content.read(), capture_output=True, timeout=SECONDS, check=False
        )
    if answer.returncode == 1:
        raise FileRefused(why="文件未通过安全检查，请重新拍照上传。")
    if answer.returncode != 0:
        raise RuntimeError(f"scan command failed with {answer.returncode}")
