"""Letters as files, made for tests: small, valid, and without anything but the words they are given."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import docx
import odfdo
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import NameOID


def pdf_of(*lines: str, extra: bytes = b"", pages: int = 1, drawn_too: bytes = b"") -> bytes:
    """A PDF with these lines on each page; `extra` goes into its catalogue, `drawn_too` are operators of the pages."""
    drawn = b"".join(b"(%s) Tj 0 -14 Td " % re.sub(rb"([()\\])", rb"\\\1", line.encode("cp1252")) for line in lines)
    stream = b"BT /F1 11 Tf 60 780 Td " + drawn + b"ET " + drawn_too
    kids = b" ".join(b"%d 0 R" % (5 + number) for number in range(pages))
    states = b"/ExtGState << /Gone << /ca 0 >> >>"
    fonts = b"/Resources << /Font << /F1 3 0 R >> %s >>" % states
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R %s >>" % fonts
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R " + extra + b" >>",
        b"<< /Type /Pages /Kids [" + kids + b"] /Count %d >>" % pages,
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        *[page] * pages,
    ]
    out, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    head = b"xref\n0 %d\n0000000000 65535 f \n" % count
    return out + head + table + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, len(out))


def docx_of(*lines: str, hidden: str = "") -> bytes:
    """A Word document, a paragraph a line; `hidden` is formatted as hidden text."""
    document, kept = docx.Document(), io.BytesIO()
    for line in lines:
        document.add_paragraph(line)
    if hidden:
        document.add_paragraph().add_run(hidden).font.hidden = True
    document.save(kept)
    return kept.getvalue()


def odt_of(*lines: str) -> bytes:
    document, kept = odfdo.Document("text"), io.BytesIO()
    document.body.clear()
    for line in lines:
        document.body.append(odfdo.Paragraph(line))
    document.save(kept)
    return kept.getvalue()


def rtf_of(*lines: str) -> bytes:
    body = "\\par\n".join("".join(c if ord(c) < 128 else f"\\'{ord(c):02x}" for c in line) for line in lines)
    return f"{{\\rtf1\\ansi\\ansicpg1252 {body}}}".encode("ascii")


def tnef_of(words: str = "", **files: bytes) -> bytes:
    """A winmail.dat with a text and files; file names without their dot: `brief_pdf` is brief.pdf."""
    out = (0x223E9F78).to_bytes(4, "little") + b"\x01\x00"
    if words:
        out += _attribute(1, 0x0002800C, words.encode("cp1252") + b"\0")
    for name, content in files.items():
        out += _attribute(2, 0x00069002, bytes(14))
        out += _attribute(2, 0x00018010, name.replace("_", ".").encode() + b"\0")
        out += _attribute(2, 0x0006800F, content)
    return out


def _attribute(level: int, name: int, content: bytes) -> bytes:
    head = bytes([level]) + name.to_bytes(4, "little") + len(content).to_bytes(4, "little")
    return head + content + (sum(content) & 0xFFFF).to_bytes(2, "little")


def zip_of(**files: bytes) -> bytes:
    """A zip; `word__document_xml` is word/document.xml."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as container:
        for name, content in files.items():
            container.writestr(name.replace("__", "/").replace("_", "."), content)
    return kept.getvalue()


def with_files(raw_docx: bytes, **files: bytes) -> bytes:
    """The same container with other or more files in it."""
    replaced = {name.replace("__", "/").replace("_", "."): content for name, content in files.items()}
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw_docx)) as old, zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if entry.filename not in replaced:
                new.writestr(entry, old.read(entry))
        for name, content in replaced.items():
            new.writestr(name, content)
    return kept.getvalue()


def signed_of(entity: bytes, pieces: int = 0) -> bytes:
    """S/MIME signed data around a MIME entity. With `pieces` as programs that stream write it: no length is known."""
    if not pieces:
        builder = pkcs7.PKCS7SignatureBuilder().set_data(entity).add_signer(*_signer(), hashes.SHA256())
        return builder.sign(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary])
    size = -(-len(entity) // pieces)
    rows = b"".join(_value(0x04, entity[at : at + size]) for at in range(0, len(entity), size))
    content = _open(0x30, _DATA + _open(0xA0, _open(0x24, rows)))
    algorithms = _open(0x31, _value(0x30, bytes.fromhex("0609608648016503040201")))
    return _open(0x30, _SIGNED + _open(0xA0, _open(0x30, _value(0x02, b"\x01") + algorithms + content)))


def encrypted_of(entity: bytes) -> bytes:
    """S/MIME enveloped data: for one reader only."""
    builder = pkcs7.PKCS7EnvelopeBuilder().set_data(entity).add_recipient(_signer("rsa")[0])
    return builder.encrypt(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary])


_DATA = bytes.fromhex("06092a864886f70d010701")
_SIGNED = bytes.fromhex("06092a864886f70d010702")


def _value(tag: int, content: bytes) -> bytes:
    return bytes([tag, 0x84]) + len(content).to_bytes(4, "big") + content


def _open(tag: int, content: bytes) -> bytes:
    """A value whose length is left open."""
    return bytes([tag, 0x80]) + content + b"\0\0"


@cache
def _signer(kind: str = "ec") -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """A certificate that nobody vouches for."""
    key: Any = ec.generate_private_key(ec.SECP256R1()) if kind == "ec" else rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Sanne")])
    begins = datetime(2026, 1, 1, tzinfo=UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(begins).not_valid_after(begins + timedelta(days=365))
    return made.sign(key, hashes.SHA256()), key
