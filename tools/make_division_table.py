"""
Make the division table the platform ships from an unpacked open data package on this machine.

Usage: python tools/make_division_table.py PACKAGE/dist AS_OF TARGET.csv.gz

Takes facts only: code, level, parent, name. Levels have the digits of the exercise level: 1 nation, 2 province,
3 prefecture, 4 county, 5 township. The statistical placeholders of the source ("市辖区", "县", "省直辖县级行政区划"
standing where no prefecture exists) are left out and their counties hang under the province. Where the source lists one
code at two levels (东莞, 中山, 儋州: prefecture and county) the prefecture stays and its towns hang under it directly.
"""

import csv
import gzip
import io
import sys
from collections.abc import Iterator
from pathlib import Path

NATION = "000000000000"
PLACEHOLDERS = ("市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划")
BEYOND_THE_SOURCE = (("710000000000", "台湾省"), ("810000000000", "香港特别行政区"), ("820000000000", "澳门特别行政区"))

Row = tuple[str, int, str, str]


def full(code: str) -> str:
    """Return the 12-digit form of a code."""
    return code.ljust(12, "0")


def read(folder: Path, name: str) -> Iterator[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as source:
        yield from csv.DictReader(source)


def rows(folder: Path) -> Iterator[Row]:
    """Yield every division, superiors first."""
    yield NATION, 1, "", "中华人民共和国"
    for row in read(folder, "provinces"):
        yield full(row["code"]), 2, NATION, row["name"]
    for code, name in BEYOND_THE_SOURCE:
        yield code, 2, NATION, name
    real: set[str] = set()
    for row in read(folder, "cities"):
        if row["name"] not in PLACEHOLDERS:
            real.add(full(row["code"]))
            yield full(row["code"]), 3, full(row["provinceCode"]), row["name"]
    counties: set[str] = set()
    for row in read(folder, "areas"):
        code, city = full(row["code"]), full(row["cityCode"])
        if code in real:
            continue
        counties.add(code)
        yield code, 4, city if city in real else full(row["provinceCode"]), row["name"]
    seen: set[str] = set()
    for row in read(folder, "streets"):
        code, area = full(row["code"]), full(row["areaCode"])
        if code in seen or code in counties or code in real:
            continue
        seen.add(code)
        yield code, 5, area, row["name"]


def main(folder: str, as_of: str, target: str) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["code", "level", "parent", "name", f"as_of {as_of}"])
    written = 0
    for row in rows(Path(folder)):
        writer.writerow(row)
        written += 1
    with open(target, "wb") as out, gzip.GzipFile(fileobj=out, mode="wb", mtime=0, filename="") as packed:
        packed.write(text.getvalue().encode("utf-8"))
    print(f"{written} divisions as of {as_of} → {target}")


if __name__ == "__main__":
    main(*sys.argv[1:4])
