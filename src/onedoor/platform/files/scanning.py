"""Hand a content to the operator's scanner, if one is set, before it is kept."""

import subprocess

import structlog
from django.conf import settings

from onedoor.platform.files.contents import FileRefused
from onedoor.platform.files.storage import Aside
from onedoor.platform.kernel.errors import OneDoorError

SECONDS = 60
log = structlog.get_logger()


class ScannerDown(OneDoorError):
    code, http_status, message = (
        "files.scanner_down",
        503,
        "文件安全检查暂时用不了，这份文件没有保存，已填内容都在。请过几分钟再传；急用时可以把材料交到窗口。",
    )


def scan(aside: Aside) -> None:
    """
    Let the scanner read the content on its standard input.

    :raises FileRefused: the scanner says it is infected (exit status 1).
    :raises ScannerDown: the scanner is not there, failed or took too long; nothing counts as clean then.
    """
    command = settings.ONEDOOR_SCAN_COMMAND
    if not command:
        return
    with aside.open() as content:
        # The command is the operator's own setting; the content reaches it only through its standard input.
        try:
            answer = subprocess.run(  # noqa: S603
                [command], input=content.read(), capture_output=True, timeout=SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as fault:
            log.exception("files.scanner_down")  # an operator has to act
            raise ScannerDown from fault
    if answer.returncode == 1:
        raise FileRefused(why="文件未通过安全检查，请重新拍照上传。")
    if answer.returncode != 0:
        log.error("files.scanner_down", status=answer.returncode)
        raise ScannerDown
