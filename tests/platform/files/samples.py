"""Files as people send them, and as an attacker would: made here, byte by byte, so that a test says what is in them."""

import io
import zipfile
import zlib

from PIL import Image

PDF_PAGE = b"BT /F1 24 Tf 40 700 Td (Household register) Tj ET"


def photo(
    width: int = 320, height: int = 240, *, kind: str = "JPEG", orientation: int = 0, place: bool = False
) -> bytes:
    """A picture, red on the left and blue on the right, as a phone writes it: turned, with the place it was taken."""
    picture = Image.new("RGB", (width, height), "blue")
    picture.paste("red", (0, 0, width // 2, height))
    exif = Image.Exif()
    if orientation:
        exif[0x0112] = orientation
    if place:
        exif[0x010F] = "HUAWEI"
        exif.get_ifd(0x8825).update({1: "N", 2: (39.0, 54.0, 27.0), 3: "E", 4: (116.0, 23.0, 17.0)})
    out = io.BytesIO()
    picture.save(out, kind, exif=exif, quality=95)
    return out.getvalue()


def noise(width: int, height: int, kind: str = "JPEG") -> bytes:
    """A picture that does not compress."""
    out = io.BytesIO()
    Image.effect_noise((width, height), 90).convert("RGB").save(out, kind, quality=95)
    return out.getvalue()


def bomb_png(width: int, height: int) -> bytes:
    """A PNG of a few kilobytes that says it is this large."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big")

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x00\x00\x00\x00"
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 100_000))
        + chunk(b"IEND", b"")
    )


def pdf(
    *,
    catalog: bytes = b"",
    tree: bytes = b"",
    page: bytes = b"",
    more: tuple[bytes, ...] = (),
    pages: int = 1,
    stream: bytes = PDF_PAGE,
) -> bytes:
    """A PDF; `catalog`, `tree` and `page` are added to these dictionaries, `more` are objects 100, 101 …"""
    kids = b" ".join(b"%d 0 R" % (10 + number) for number in range(pages))
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalog,
        2: b"<< /Type /Pages /Kids [%s] /Count %d %s >>" % (kids, pages, tree),
        3: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        4: _stream(b"", stream),
    }
    for number in range(pages):
        objects[10 + number] = (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> %s >>" % page
        )
    objects |= {100 + number: one for number, one in enumerate(more)}
    return _assembled(objects)


def deflated(data: bytes, extra: bytes = b"") -> bytes:
    return _stream(b"/Filter /FlateDecode " + extra, zlib.compress(data, 9))


def _stream(dictionary: bytes, data: bytes) -> bytes:
    return b"<< %s/Length %d >>\nstream\n%s\nendstream" % (dictionary, len(data), data)


def _assembled(objects: dict[int, bytes]) -> bytes:
    out, places = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), {}
    for number, content in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for number, place in places.items():
        out += b"%d 1\n%010d 00000 n \n" % (number, place)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (max(objects) + 1, start)
    return bytes(out)


def zipped(parts: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


WORD_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/document.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)


def docx(**more: str | bytes) -> bytes:
    """A Word document; further parts by their names."""
    return zipped({"[Content_Types].xml": WORD_TYPES, "word/document.xml": "<w/>", **more})


def xlsx() -> bytes:
    return zipped({"[Content_Types].xml": WORD_TYPES.replace("wordprocessingml.document", "spreadsheetml.sheet")})


def ofd(**more: str | bytes) -> bytes:
    root = '<ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016"><ofd:DocBody/></ofd:OFD>'
    return zipped({"OFD.xml": root, "Doc_0/Document.xml": "<d/>", **more})
