"""
A document scanner of a machine or a window: a device behind a local socket, one JSON object a line.

`python -m onedoor.demonstration.simulators.scanner --port 8712`. What the machine's program asks: {"act": "state"}
whether it is ready, {"act": "scan"} for the page that lies on it, a JPEG picture in base64. Whoever plays lays pages down
one after the other: {"act": "put", "pages": [base64, …]} of any pictures, or {"act": "put", "blank": 2} for invented ones.
"""

import argparse
import io
from base64 import b64decode, b64encode
from typing import Any

from PIL import Image, ImageDraw

from onedoor.demonstration.simulators.card_reader import make_reader
from onedoor.demonstration.simulators.standing import stand

A4 = (1240, 1754)  # at 150 dpi
QUALITY = 70


class Scanner:
    """The device: the pages that lie in its feeder."""

    def __init__(self) -> None:
        self._pages: list[bytes] = []
        self._drawn = 0

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Return what the device says to one question."""
        act = asked.get("act")
        if act == "put":
            self._pages += [_jpeg(Image.open(io.BytesIO(b64decode(one)))) for one in asked.get("pages", [])]
            self._pages += [self._invented() for _ in range(int(asked.get("blank", 0)))]
        if act == "take":
            self._pages = []
        if act != "scan":
            return {"ready": True, "pages": len(self._pages)}
        if not self._pages:
            return {"page": None, "problem": "no_paper"}
        return {"page": b64encode(self._pages.pop(0)).decode(), "problem": ""}

    def _invented(self) -> bytes:
        """Return a sheet with lines as of writing and its number in bars, so that one page differs from the next."""
        self._drawn += 1
        sheet = Image.new("RGB", A4, "white")
        pen = ImageDraw.Draw(sheet)
        for line in range(12):
            pen.line((140, 300 + 90 * line, 1100 - 60 * (line % 3), 300 + 90 * line), fill="#444", width=6)
        for bar in range(self._drawn):
            pen.rectangle((140 + 40 * bar, 140, 160 + 40 * bar, 220), fill="black")
        return _jpeg(sheet)


def _jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.convert("RGB").save(out, "JPEG", quality=QUALITY, dpi=(150, 150))
    return out.getvalue()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    arguments = parser.parse_args()
    server = make_reader(arguments.port, Scanner())
    stand(server, saying=f"scanner on 127.0.0.1:{arguments.port}")


if __name__ == "__main__":
    main()
