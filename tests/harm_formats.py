"""Ways to harm a file that know its format, so that the harm gets past checksums and into what the fields mean."""

import gzip
import io
import json
import random
import re
import struct
import tarfile
import zipfile
import zlib
from hashlib import blake2b, sha256

import numpy as np
from harm import JUNK, NUMBERS, change_somewhere, harmed, put_number
from hostile import parts, put_together

from striate.data.setfile import DIGEST, FIXED, PAGE
from striate.data.tars import BLOCK

Rng = random.Random

DTYPES = (
    "|u1", "<i8", ">f8", "<f2", "<U5", "|S3", "|O", "<M8[D]", "<m8", "|V4", "|V0", "<U0", "<c16", "?", "|b1", "<f16",
    [("a", "<i4"), ("b", "|O")], ("|u1", (2, 2)), "i4,i4", "nonsense", "", None, 5, [], "<U999999999", "O8", "|u1" * 99,
)  # fmt: skip


def model_document(data: bytes, rng: Rng) -> bytes:
    """What a model file's JSON says: mostly of the network and what stands beside it, else of the tensors."""
    header, tensors = parts(data)
    if rng.random() < 0.8:
        document = json.loads(header["__metadata__"]["striate"])
        for _ in range(rng.randint(1, 3)):
            change_somewhere(document, rng)
        header["__metadata__"]["striate"] = json.dumps(document, ensure_ascii=rng.random() < 0.5)
    else:
        for _ in range(rng.randint(1, 3)):
            change_somewhere(header, rng)
    return put_together(json.dumps(header, ensure_ascii=False).encode(errors="backslashreplace"), tensors)


def checkpoint_document(data: bytes, rng: Rng) -> bytes:
    """What a checkpoint's JSON says."""
    header, tensors = parts(data)
    document = json.loads(header["__metadata__"]["striate-checkpoint"])
    for _ in range(rng.randint(1, 3)):
        change_somewhere(document, rng)
    header["__metadata__"]["striate-checkpoint"] = json.dumps(document)
    return put_together(header, tensors)


def record(data: bytes, rng: Rng) -> bytes:
    """What is written down of a run, under a seal that is right; or the seal."""
    sealed = json.loads(data)
    if rng.random() < 0.2:
        change_somewhere(sealed, rng)
        return json.dumps(sealed).encode()
    text = document(sealed["run"].encode(), rng)
    return json.dumps({"sha256": sha256(text).hexdigest(), "run": text.decode()}).encode()


def document(data: bytes, rng: Rng) -> bytes:
    """A JSON document, one of its values changed."""
    tree = json.loads(data)
    for _ in range(rng.randint(1, 2)):
        change_somewhere(tree, rng)
    return json.dumps(rng.choice(JUNK) if rng.random() < 0.02 else tree).encode()


def idx_header(data: bytes, rng: Rng) -> bytes:
    """The type, the rank or one of the sizes."""
    found = bytearray(data)
    put_number(found, rng.randrange(0, 16, 4 if rng.random() < 0.8 else 1), rng)
    return bytes(found)


def idx_packed(data: bytes, rng: Rng) -> bytes:
    """The same, packed with gzip, whose checksum then holds; or not."""
    packed = gzip.compress(idx_header(data, rng) if rng.random() < 0.7 else data * rng.choice((1, 2)), mtime=0)
    return harmed(packed, rng) if rng.random() < 0.4 else packed


def npy_header(data: bytes, rng: Rng) -> bytes:
    """The header of an array: its type, its shape, its order, or how it is written."""
    stream = io.BytesIO(data)
    version = np.lib.format.read_magic(stream)
    shape, order, dtype = np.lib.format.read_array_header_1_0(stream)
    fields: dict[str, object] = {"descr": dtype.str, "fortran_order": order, "shape": shape}
    match rng.randrange(4):
        case 0:
            fields["descr"] = rng.choice(DTYPES)
        case 1:
            sides = (*shape, *rng.choices((*NUMBERS, -1, -(2**31), True, 0.5), k=rng.randint(0, 3)))
            fields["shape"] = rng.choice((tuple(rng.sample(sides, len(sides))), list(sides), sides[:1] * 40))
        case 2:
            fields[rng.choice(list(fields))] = rng.choice(JUNK)
        case _:
            fields["fortran_order"] = not order
    text = repr(fields) if rng.random() < 0.9 else rng.choice(("(" * 500, "{" * 90, "1" * 9999, "__import__('os')"))
    written = text.encode("latin-1", "replace")
    version = rng.choice((version, (2, 0), (3, 0), (9, 9)))
    length = struct.pack("<H" if version == (1, 0) else "<I", len(written) % 2**16)
    return b"\x93NUMPY" + bytes(version) + length + written + stream.read()


def npz_arrays(data: bytes, rng: Rng) -> bytes:
    """An .npz with one array harmed, or put under another name, packed in any way."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = rng.choice(list(members))
    match rng.randrange(4):
        case 0 | 1:
            members[name] = npy_header(members[name], rng)
        case 2:
            members[name] = harmed(members[name], rng)
        case _:
            array = members.pop(name)
            members[rng.choice(("x.npy", "y.npy", "x_val.npy", "y_test.npy", "x_train.npy", "more", "../x.npy"))] = (
                array
            )
    methods = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", rng.choices(methods, (5, 5, 1, 1))[0]) as archive:
        for each, content in members.items():
            archive.writestr(zipfile.ZipInfo(each), content, archive.compression)
    return zip_fields(file.getvalue(), rng) if rng.random() < 0.3 else file.getvalue()


RECORDS = (b"PK\1\2", b"PK\3\4", b"PK\5\6", b"PK\6\6", b"PK\6\7")  # of a zip archive
RECORD_BYTES = 46  # the longest of them, without names


def zip_fields(data: bytes, rng: Rng) -> bytes:
    """A number in one of a zip archive's records."""
    found = bytearray(data)
    for _ in range(rng.randint(1, 2)):
        places = [at.start() for at in re.finditer(b"|".join(map(re.escape, RECORDS)), found)]
        if places:
            put_number(found, rng.choice(places) + rng.randrange(4, RECORD_BYTES, 2), rng)
    return bytes(found)


# Where a tar header's fields stand. Source: POSIX.1-2017, pax, "ustar Interchange Format".
TAR_FIELDS = (
    (0, 100),
    (100, 8),
    (124, 12),
    (136, 12),
    (156, 1),
    (157, 100),
    (257, 8),
    (345, 155),
    (386, 96),
    (482, 13),
)
PAX_RECORDS = (
    b"16 path=../../x\n", b"17 path=C:/x.png\n", b"13 size=-512\n", b"12 size=1e9\n", b"99999 path=x\n", b"-5 path=x\n",
    b"0 a=b\n", b"25 GNU.sparse.map=0,1,2,\n", b"22 GNU.sparse.major=1\n", b"24 GNU.sparse.size=-999\n",
    b"19 size=1234567890\n", b"9" * 40 + b" path=x\n",
)  # fmt: skip


def tar_fields(data: bytes, rng: Rng) -> bytes:
    """A field of a tar header, with its checksum made right again; sometimes a record of the pax format before it."""
    found = bytearray(data)
    headers = [at for at in range(0, len(found) - BLOCK + 1, BLOCK) if found[at + 257 : at + 262] == b"ustar"]
    if not headers:
        return harmed(data, rng)
    at = rng.choice(headers)
    begin, length = rng.choice(TAR_FIELDS)
    field = rng.choice((
        b"", b"-1", b"7" * length, rng.randbytes(length), bytes([128]) + bytes(length - 1), b"\xff" * length,
        b"\xff" * (length - 1) + b"\0", b"%o" % rng.choice(NUMBERS), rng.choice(b"0123456789xgLKSDNVM\0").to_bytes(1),
    ))  # fmt: skip
    found[at + begin : at + begin + length] = field[:length].ljust(length, b"\0")
    found[at + 148 : at + 156] = b" " * 8
    found[at + 148 : at + 156] = b"%06o\0 " % sum(found[at : at + BLOCK])
    if rng.random() < 0.2:
        record = rng.choice(PAX_RECORDS)
        head = tarfile.TarInfo("pax")
        head.type, head.size = rng.choice((tarfile.XHDTYPE, tarfile.XGLTYPE)), len(record)
        found[at:at] = head.tobuf() + record.ljust(BLOCK, b"\0")
    return bytes(found)


def set_header(data: bytes, rng: Rng) -> bytes:
    """The numbers of a set file's header, or its index, under a digest that is right."""
    found = bytearray(data)
    known = FIXED.unpack_from(found)[1]
    if rng.random() < 0.7:
        put_number(found, rng.randrange(24, FIXED.size, 8), rng)
    else:
        put_number(found, len(found) - rng.randint(1, 32 * known), rng)
    rows = bytes(found[len(data) - 32 * known : len(data)])
    hashed = blake2b(bytes(found[: FIXED.size]) + rows, digest_size=DIGEST)
    found[FIXED.size : FIXED.size + DIGEST] = hashed.digest()
    return bytes(found[: max(PAGE, len(data))])


def png_chunks(data: bytes, rng: Rng) -> bytes:
    """A chunk of a PNG with another content, its checksum right."""
    if not data.startswith(b"\x89PNG"):
        return harmed(data, rng)
    chunks, at = [], 8
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        chunks.append((data[at + 4 : at + 8], bytearray(data[at + 8 : at + 8 + length])))
        at += 12 + length
    kind, content = rng.choice(chunks)
    if content and rng.random() < 0.7:
        put_number(content, rng.randrange(len(content)), rng)
    else:
        kinds = (b"tRNS", b"PLTE", b"iCCP", b"zTXt", b"eXIf", b"acTL", b"fcTL", b"fdAT", b"IEND", kind)
        chunks.insert(rng.randrange(len(chunks)), (rng.choice(kinds), bytearray(rng.randbytes(rng.randint(0, 40)))))
    written = b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in chunks
    )
    return data[:8] + written


def numbers(data: bytes, rng: Rng) -> bytes:
    """Numbers over fields among the first bytes, where headers stand."""
    found = bytearray(data)
    for _ in range(rng.randint(1, 3)):
        put_number(found, rng.randrange(min(len(found), 120) + 1), rng)
    return bytes(found)
