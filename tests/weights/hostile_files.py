"""Files that ask for too much: time, memory, or a look at other files. Each is small, or is said to be larger than it is."""

import io
import struct
import zipfile


def archive(pickled: bytes, entries=(), compression: int = zipfile.ZIP_STORED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compression) as file:
        file.writestr("a/data.pkl", pickled)
        for name, data in entries:
            file.writestr(name, data)
    return made.getvalue()


def header(text: bytes, data: bytes = b"") -> bytes:
    return struct.pack("<Q", len(text)) + text + data


def laughs(levels: int = 200) -> bytes:
    """A tuple of two of a tuple of two of …, in the memo."""
    steps = (b"h" + bytes([n]) + b"h" + bytes([n]) + b"\x86q" + bytes([n + 1]) for n in range(levels))
    return b"\x80\x02)q\x00" + b"".join(steps)


def nested_arrays(length: int) -> bytes:
    return b"\x80\x02" + b"]" * length + b"a" * (length - 1) + b"."


STORAGE = b"(X\x07\x00\x00\x00storagectorch\nByteStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x02tQ"
MANY = 60 * 2**20
FILES = {
    "many tensors.safetensors": lambda: header(
        b"{" + b",".join(b'"%x":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}' % n for n in range(148_000)) + b"}"
    ),
    "long shape.safetensors": lambda: header(
        b'{"a":{"dtype":"U8","shape":[' + b",".join([b"1"] * 4 * 10**6) + b'],"data_offsets":[0,1]}}', b"a"
    ),
    "nested.safetensors": lambda: header(b'{"a":' * 10**6),
    "many tensors, none really.safetensors": lambda: header(
        b'{"__metadata__":{' + b",".join(b'"%x":""' % n for n in range(600_000)) + b"}}"
    ),
    "opcodes.bin": lambda: archive(b"\x80\x02" + b"]0" * 3_000_000 + b"."),
    "lists.bin": lambda: archive(nested_arrays(300_000)),
    "memo of 2^32.bin": lambda: archive(b"\x80\x02]r\xff\xff\xff\xff."),
    "laughs as key.bin": lambda: archive(laughs() + b"}h\xc8K\x01s."),
    "laughs as value.bin": lambda: archive(laughs() + b"}X\x05\x00\x00\x00modelh\xc8s."),
    "laughs as kind.bin": lambda: archive(laughs() + b"(h\xc8h\xc8h\xc8h\xc8h\xc8tQ."),
    "laughs as key of a storage.bin": lambda: archive(laughs() + b"(X\x07\x00\x00\x00storageh\xc8h\xc8h\xc8h\xc8tQ."),
    "laughs as shape.bin": lambda: archive(laughs() + b"ctorch._utils\n_rebuild_tensor_v2\n(" + STORAGE + b"K\x00h\xc8h\xc8\x89NtR."),
    "laughs as strides.bin": lambda: archive(laughs() + b"ctorch._utils\n_rebuild_tensor_v2\n(" + STORAGE + b"h\xc8K\x02\x85h\xc8\x89NtR."),
    "long sizes.bin": lambda: archive(
        b"\x80\x02\x8b" + struct.pack("<i", MANY) + b"\x7f" * MANY + b"q\x00h\x00\x86q\x010"
        + (b"ctorch._utils\n_rebuild_tensor_v2\n(" + STORAGE + b"K\x00h\x01h\x01\x89NtR") + b"."
    ),
    "classes in classes.bin": lambda: archive(
        b"\x80\x02ctorch._tensor\n_rebuild_from_type_v2\nq\x00)q\x01"
        + b"".join(b"(h\x00Nh" + bytes([n]) + b"Ntq" + bytes([n + 1]) for n in range(1, 250)) + b"h\x00h\xfaR" * 100_000 + b"."
    ),
    "laughs as dtype.bin": lambda: archive(laughs() + b"cnumpy\ndtype\nh\xc8\x85R."),
    "laughs as array.bin": lambda: archive(
        laughs() + b"cnumpy\nndarray\n)R(K\x01h\xc8cnumpy\ndtype\nX\x02\x00\x00\x00f4\x85R\x89C\x04aaaatb."
    ),
    "long number.bin": lambda: archive(
        b"\x80\x02\x8b" + struct.pack("<i", MANY) + b"\xff" * MANY + b"q\x00" + b"}h\x00K\x01s" * 1000 + b"."
    ),
    "long decimal.bin": lambda: archive(b"L" + b"9" * 10**6 + b"L\n."),
    "copies of pairs.bin": lambda: archive(
        b"\x80\x02](" + b"(K\x01K\x02t" * 100_000 + b"eq\x000ccollections\nOrderedDict\nq\x01" + b"h\x01h\x00\x85R" * 10_000 + b"."
    ),
    "copies of text.bin": lambda: archive(
        b"\x80\x02X" + struct.pack("<I", MANY) + b"a" * MANY + b"q\x000c_codecs\nencode\nq\x01"
        + b"h\x01h\x00X\x06\x00\x00\x00latin1\x86R" * 900 + b"."
    ),
    "many entries.bin": lambda: archive(b"N.", ((str(n), b"") for n in range(90_000))),
    "too many entries.bin": lambda: archive(b"N.", ((f"{n:0900}", b"") for n in range(9_500))),
    "bomb.bin": lambda: archive(bytes(10**8), compression=zipfile.ZIP_DEFLATED),
    "bomb in a storage.bin": lambda: archive(
        b"\x80\x02(X\x07\x00\x00\x00storagectorch\nByteStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpu\x8a\x04\x00\xa3\xe1\x11tQ.",
        [("a/data/0", bytes(3 * 10**8))], zipfile.ZIP_DEFLATED,
    ),
    "nested.msgpack": lambda: b"\x81\xa1a" * 10**6,
    "nested pieces.msgpack": lambda: b"\x81\xa1a"
    + b"\x83\xb9__msgpack_chunked_array__\xc3\xa5shape\x81\xa10\x01\xa6chunks\x81\xa10" * 10**5,
    "2^32 entries.msgpack": lambda: b"\xdf\xff\xff\xff\xff" + b"".join(b"\xa6%06d\xc0" % n for n in range(500_000)),
    "many tensors.msgpack": lambda: b"\xdf" + struct.pack(">I", 95_000)
    + b"".join(b"\xa6%06d\xc7\x0c\x01\x93\x91\x01\xa5uint8\xc4\x01a" % n for n in range(95_000)),
    "many tensors.gguf": lambda: b"GGUF" + struct.pack("<IQQ", 3, 90_000, 0)
    + b"".join(struct.pack("<Q6sIQIQ", 6, b"%06d" % n, 1, 1, 24, 0) for n in range(90_000)) + bytes(100),
    "texts.gguf": lambda: b"GGUF" + struct.pack("<IQQQcIIQ", 3, 0, 1, 1, b"a", 9, 8, 2**60) + bytes(24_000_000),
    "numbers.gguf": lambda: b"GGUF" + struct.pack("<IQQQcIIQ", 3, 0, 1, 1, b"a", 9, 0, 2**24) + bytes(2**24),
}  # fmt: skip
