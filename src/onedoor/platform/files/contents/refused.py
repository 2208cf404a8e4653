"""The refusal of a content, with what to do instead."""

from onedoor.platform.kernel.errors import OneDoorError


class FileRefused(OneDoorError):
    code, http_status, message = "files.refused", 422, "{why}"
