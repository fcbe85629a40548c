#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints a stream's log as NDJSON, written from core/log/FORMAT.md alone: read_log.py FOLDER"""
import base64, ctypes, json, os, re, struct, sys, uuid

TABLE = []
for i in range(256):
    for _ in range(8):
        i = i >> 1 ^ (0x82F63B78 if i & 1 else 0)
    TABLE.append(i)
def crc(*parts):
    c = 0xFFFFFFFF
    for part in parts:
        for b in part:
            c = c >> 8 ^ TABLE[(c ^ b) & 255]
    return c ^ 0xFFFFFFFF
def unzstd(data, size):
    try:
        import zstandard
        return zstandard.ZstdDecompressor().decompress(data, max_output_size=size)
    except ImportError:
        lib = ctypes.CDLL("libzstd.so.1")
        lib.ZSTD_decompress.restype = ctypes.c_size_t
        lib.ZSTD_decompress.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t]
        out = ctypes.create_string_buffer(size)
        assert lib.ZSTD_decompress(out, size, data, len(data)) == size
        return out.raw
class Reader:
    def __init__(self, data, at=0): self.data, self.at = data, at
    def take(self, n): self.at += n; return self.data[self.at - n:self.at]
    def unpack(self, form): return struct.unpack("<" + form, self.take(struct.calcsize("<" + form)))
    def varint(self):
        value = shift = 0
        while True:
            b = self.take(1)[0]
            value, shift = value | (b & 127) << shift, shift + 7
            if b < 128: return value
    def sized(self): return self.take(self.varint())
    def left(self): return self.at < len(self.data)
def read_header(data):
    r = Reader(data)
    magic, check, size, seg, version, form, shards, producers, room = r.unpack("8sII16sHHIII")
    assert magic == b"MILLSEG1" and version == 1 and crc(seg, data[12:size]) == check
    stream, number, begun = r.unpack("16sQq")
    r.take(room)
    firsts = {s: o for s, _, o, _, _ in (r.unpack("IIQqQ") for _ in range(shards))}
    return seg, size, firsts, {p: (e, v) for p, e, v in ((r.sized(), r.unpack("Q")[0], r.sized()) for _ in range(producers))}
def read_commit(data, at, seg, number):
    """(end, blocks, progress) of the whole commit at `at` with `number` or a higher one, or None."""
    if data[at:at + 8] != b"MILLCMT1" or data[at + 16:at + 32] != seg: return None
    r = Reader(data, at + 8)
    check, h, _, n, length, time, blocks, entries = r.unpack("II16sQQqII")
    if n < number or at + length > len(data) or crc(seg, data[at + 12:at + h]) != check: return None
    progress = [(r.sized(), r.unpack("Q")[0], r.sized()) for _ in range(entries)]
    r.at, out = at + h, []
    for _ in range(blocks):
        b = r.at
        magic, check, shard, count, first, t0, t1, seqix, codec, cipher, flags, raw, stored = r.unpack("4sIIIQqqQBBHII")
        if magic != b"MBLK" or crc(seg, data[b + 8:b + 96 + stored]) != check: return None
        payload = data[b + 96:b + 96 + stored]
        out.append((shard, first, count, t0, seqix, flags, unzstd(payload, raw) if codec else payload))
        r.at = b + (96 + stored + 7) // 8 * 8
    return (r.at, out, progress, n) if r.at == at + length else None
def records(block):
    shard, first, n, time, seqix, flags, raw = block
    r = Reader(raw)
    times, seqs, keys, datas = ([r.varint() for _ in range(n)] for _ in range(4))
    hashes, attributes, origins = ([r.sized() for _ in range(n)] if flags & f else [b""] * n for f in (1, 2, 4))
    keys, datas = [r.take(k) for k in keys], [r.take(d) for d in datas]
    for i in range(n):
        time, seqix = time + times[i], seqix + seqs[i]
        record = {"shard": shard, "ordinal": first + i, "arrival": time, "seqIx": seqix, "key": keys[i].decode(),
                  "data": base64.b64encode(datas[i]).decode()}
        if hashes[i]: record["hash"] = "%016x%016x" % struct.unpack("<QQ", hashes[i])
        a, o = Reader(attributes[i]), Reader(origins[i], 16)
        if attributes[i]: record["attributes"] = []
        while a.left(): record["attributes"].append([a.sized().decode(), a.sized().decode()])
        if origins[i]: record["origin"] = str(uuid.UUID(bytes=origins[i][:16]))
        while o.left(): record["origin"] += "/%d" % o.varint()
        yield record

files = [open(os.path.join(sys.argv[1], f), "rb").read()
         for f in sorted(os.listdir(sys.argv[1])) if re.fullmatch(r"\d{20}\.log", f)]
headers = [read_header(f) for f in files]
found = []
for i, (data, (seg, at, _, producers)) in enumerate(zip(files, headers)):
    number, after = 1, headers[i + 1][2] if i + 1 < len(files) else None
    while at < len(data):
        commit = read_commit(data, at, seg, number)
        if commit:
            at, blocks, progress, number = commit[0], commit[1], commit[2], commit[3] + 1
            producers.update((p, (e, v)) for p, e, v in progress)
            found += [b for b in blocks if after is None or b[1] < after.get(b[0], 0)]
        else:
            at = data.find(b"MILLCMT1", at + 1) if data.find(b"MILLCMT1", at + 1) > 0 else len(data)
for block in sorted(found, key=lambda b: b[:2]):
    for record in records(block): print(json.dumps(record, sort_keys=True))
for producer, (epoch, value) in sorted(headers[-1][3].items() if files else []):
    print(json.dumps({"producer": producer.decode(), "epoch": epoch, "progress": value.hex()}, sort_keys=True))
