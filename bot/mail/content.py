"""What an attachment really is: its type by its first bytes, with the declared type as a hint only."""

from __future__ import annotations

from bot.mail.documents.bounds import ClosedDocumentError
from bot.mail.documents.container import names

PDF = "application/pdf"
RTF = "application/rtf"
TNEF = "application/vnd.ms-tnef"
OLE = "application/x-ole-storage"
MACROS = "application/vnd.ms-office.macroenabled"
"""An office document with a program inside, whatever it calls itself."""
SIGNED = "application/x-smime-signed"
"""S/MIME mail signed in one piece, whose content was read."""
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TEXT_ODF = "application/vnd.oasis.opendocument.text"
ZIP = "application/zip"

# Leading bytes that settle the type, whatever the mail says.
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", PDF),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLE),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"\x1f\x8b", "application/gzip"),
    (b"MZ", "application/vnd.microsoft.portable-executable"),
    (b"\x7fELF", "application/x-elf"),
    (b"{\\rtf", RTF),
    (b"\x78\x9f\x3e\x22", TNEF),
    (b"-----BEGIN PGP SIGNATURE", "application/pgp-signature"),
    (b"-----BEGIN PGP PUBLIC KEY", "application/pgp-keys"),
    (b"-----BEGIN PGP MESSAGE", "application/pgp-encrypted"),
    (b"BEGIN:VCALENDAR", "text/calendar"),
    (b"BEGIN:VCARD", "text/vcard"),
)
_BRANDS = {
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"mif1": "image/heic",
    b"avif": "image/avif",
    b"qt  ": "video/quicktime",
}
# What lies in the zip containers that office programs write.
_IN_ZIP = (
    ("word/document.xml", DOCX),
    ("xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("xl/workbook.bin", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("ppt/presentation.xml", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
)
_PROGRAM = "vbaproject.bin"
_UNKNOWN = "application/octet-stream"
_PLAIN = ("text/", "application/json", "application/xml")
_ENCRYPTED = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted"})


def content_type_of(content: bytes, declared: str) -> str:
    """The type by content; the declared one only where content cannot contradict it (text, or bytes nobody knows)."""
    if found := _by_magic(content):
        return found
    if declared in _ENCRYPTED or declared == "message/rfc822":
        return declared
    if _is_text(content):
        return declared if declared.startswith(_PLAIN) else "text/plain"
    return _UNKNOWN


def _by_magic(content: bytes) -> str | None:
    if content[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return _zip_type(content)
    if content[4:8] == b"ftyp":
        return _BRANDS.get(content[8:12], "video/mp4")
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    head = content[:64].lstrip(b"\xef\xbb\xbf \r\n\t")
    return next((kind for magic, kind in _MAGIC if content.startswith(magic) or head.startswith(magic)), None)


def _zip_type(content: bytes) -> str:
    """By the table of contents; nothing is unpacked."""
    try:
        inside = names(content)
    except ClosedDocumentError:
        return ZIP
    if any(name.lower().endswith(_PROGRAM) for name in inside):
        return MACROS
    if content[30:38] == b"mimetype" and "content.xml" in inside:
        kind = content[38:120].split(b"PK")[0].decode("ascii", "replace")
        return kind if kind.startswith("application/vnd.oasis.opendocument.") else ZIP
    if "[Content_Types].xml" not in inside:
        return ZIP
    return next((kind for entry, kind in _IN_ZIP if entry in inside), ZIP)


def _is_text(content: bytes) -> bool:
    head = content[:4096]
    return b"\0" not in head and sum(byte < 32 and byte not in (9, 10, 12, 13, 27) for byte in head) == 0
