#!/usr/bin/env python3
"""Checks the public log a second time, in another language and by other hands.

Written from these documents alone, by somebody who had read none of packages/log, so that a mistake in the one is not
the mistake of the other: C2SP signed-note, tlog-checkpoint, tlog-tiles, tlog-cosignature, tlog-proof; RFC 6962 section 2.1
and RFC 9162 sections 2.1.3 and 2.1.4 (Merkle trees); RFC 8032 section 5.1 (Ed25519); RFC 8785 (canonical JSON); docs/trust.md
(openings, liabilities). Python's standard library and nothing else.

  secondLog.py log <folder or URL> --key <vkey> [--origin <text>] [--witness <vkey>]... [--old <checkpoint file>]
  secondLog.py proof <file> --key <vkey> [--origin <text>] [--witness <vkey>]... [--entry <file>]
  secondLog.py path <file>                  a liability's path
  secondLog.py lines                        questions as JSON, one a line, answered one a line: what the tests use

Ends with 1, and says why, when something does not hold.
"""
import argparse
import base64
import binascii
import hashlib
import json
import os
import re
import sys
import urllib.error
import urllib.request


class Refused(Exception):
    """What was shown does not hold, and why."""


def demand(holds, why):
    if not holds:
        raise Refused(why)


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def from_base64(text, what):
    """Standard base64, the one spelling only: other spellings would be other notes with the same meaning."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise Refused(f"{what}: not base64") from None
    demand(base64.b64encode(data).decode() == text, f"{what}: base64 spelled otherwise")
    return data


def from_decimal(text, what):
    demand(re.fullmatch(r"0|[1-9][0-9]*", text, re.ASCII), f"{what}: not a decimal number: {text!r}")
    return int(text)


# Ed25519, RFC 8032 section 5.1: the curve -x^2 + y^2 = 1 + d x^2 y^2 over p, points as (X, Y, Z, T).
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_MINUS_1 = pow(2, (P - 1) // 4, P)


def add_points(a, b):
    """Section 5.1.4."""
    e = (a[1] - a[0]) * (b[1] - b[0]) % P
    f = (a[1] + a[0]) * (b[1] + b[0]) % P
    g = 2 * a[3] * b[3] * D % P
    h = 2 * a[2] * b[2] % P
    return (f - e) * (h - g) % P, (h + g) * (f + e) % P, (h - g) * (h + g) % P, (f - e) * (f + e) % P


def times(scalar, point):
    result = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = add_points(result, point)
        point = add_points(point, point)
        scalar >>= 1
    return result


def recover_x(y, sign):
    """Section 5.1.3, steps 2 to 4; None where there is no such point."""
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if square == 0:
        return None if sign else 0
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * SQRT_MINUS_1 % P
    if (x * x - square) % P:
        return None
    return P - x if x & 1 != sign else x


def decode_point(data):
    number = int.from_bytes(data, "little")
    y = number & (1 << 255) - 1
    x = recover_x(y, number >> 255)
    return None if x is None else (x, y, 1, x * y % P)


def same_point(a, b):
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE = decode_point(BASE_Y.to_bytes(32, "little"))


def ed25519_holds(public_key, message, signature):
    """Section 5.1.7."""
    if len(public_key) != 32 or len(signature) != 64:
        return False
    a, r = decode_point(public_key), decode_point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public_key + message).digest(), "little") % L
    return same_point(times(s, BASE), add_points(r, times(k, a)))


# Signed notes and the keys that sign them.
LOG_KEY, COSIGNER_KEY = 0x01, 0x04
MOST_SIGNATURES = 100


class Key:
    """A vkey: <name>+<hex of the key's id>+<base64 of type and key>."""

    def __init__(self, vkey, kind):
        match = re.fullmatch(r"([^+]+)\+([0-9a-f]{8})\+(.+)", vkey)
        demand(match, f"not a vkey: {vkey!r}")
        self.name = match[1]
        data = from_base64(match[3], "vkey")
        demand(len(data) == 33 and data[0] == kind, f"vkey {self.name}: not an Ed25519 key of type {kind}")
        self.public = data[1:]
        demand_name(self.name)
        self.id = sha256(self.name.encode(), b"\n", data)[:4]
        demand(self.id.hex() == match[2], f"vkey {self.name}: the id is not that of name and key")


def demand_name(name):
    demand(name and "+" not in name and not any(char.isspace() for char in name), f"not a key's name: {name!r}")


def parse_note(data):
    """The note's text, with its last newline, and its signatures as (name, id, signature)."""
    try:
        note = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("note: not UTF-8") from None
    demand(not any(char < " " and char != "\n" for char in note), "note: control characters")
    end = note.rfind("\n\n")
    demand(end >= 0 and note.endswith("\n"), "note: no text and signatures")
    text, lines = note[: end + 1], note[end + 2 : -1].split("\n")
    demand(len(lines) <= MOST_SIGNATURES, "note: too many signatures")
    signatures = []
    for line in lines:
        match = re.fullmatch("\u2014 ([^ ]+) ([^ ]+)", line)
        demand(match, f"note: no signature line: {line!r}")
        demand_name(match[1])
        signed = from_base64(match[2], "signature")
        demand(len(signed) > 4, "note: a signature without a signature")
        signatures.append((match[1], signed[:4], signed[4:]))
    return text, signatures


def demand_signed(text, signatures, key):
    """Every signature of the key holds, and there is one. Those of other keys are nobody's."""
    of_key = [signature for name, key_id, signature in signatures if (name, key_id) == (key.name, key.id)]
    demand(of_key, f"note: not signed by {key.name}")
    for signature in of_key:
        demand(ed25519_holds(key.public, text.encode(), signature), f"note: the signature of {key.name} does not hold")


def cosigned(text, signatures, key):
    """When this witness saw the checkpoint, in seconds, or None; a bad signature refuses the note."""
    times_seen = []
    for name, key_id, signature in signatures:
        if (name, key_id) != (key.name, key.id):
            continue
        demand(len(signature) == 72, f"note: the cosignature of {key.name} is cut")
        time = int.from_bytes(signature[:8], "big")
        message = f"cosignature/v1\ntime {time}\n{text}".encode()
        demand(
            time < 2**63 and ed25519_holds(key.public, message, signature[8:]),
            f"note: the cosignature of {key.name} does not hold",
        )
        times_seen.append(time)
    return max(times_seen, default=None)


class Checkpoint:
    """A log's head that its key signed."""

    def __init__(self, data, key, origin=None, witnesses=()):
        text, signatures = parse_note(data)
        demand_signed(text, signatures, key)
        self.cosigned = {witness.name: cosigned(text, signatures, witness) for witness in witnesses}
        lines = text[:-1].split("\n")
        demand(len(lines) >= 3 and all(lines), "checkpoint: not three lines and none empty")
        self.origin = lines[0]
        demand(self.origin == (origin or key.name), f"checkpoint: of another log, {self.origin!r}")
        self.size = from_decimal(lines[1], "checkpoint's size")
        self.root = from_base64(lines[2], "checkpoint's root")
        demand(len(self.root) == 32, "checkpoint: the root is no SHA-256")


# Merkle trees, by the definitions of RFC 6962 section 2.1 as they stand there.
def leaf_hash(entry):
    return sha256(b"\x00", entry)


def node_hash(left, right):
    return sha256(b"\x01", left, right)


def split_at(size):
    """The largest power of two smaller than size."""
    return 1 << (size - 1).bit_length() - 1


def tree_root(leaves):
    if not leaves:
        return sha256(b"")
    if len(leaves) == 1:
        return leaves[0]
    k = split_at(len(leaves))
    return node_hash(tree_root(leaves[:k]), tree_root(leaves[k:]))


def inclusion_path(index, leaves):
    if len(leaves) <= 1:
        return []
    k = split_at(len(leaves))
    if index < k:
        return inclusion_path(index, leaves[:k]) + [tree_root(leaves[k:])]
    return inclusion_path(index - k, leaves[k:]) + [tree_root(leaves[:k])]


def consistency_path(old, leaves, whole=True):
    if old == len(leaves):
        return [] if whole else [tree_root(leaves)]
    k = split_at(len(leaves))
    if old <= k:
        return consistency_path(old, leaves[:k], whole) + [tree_root(leaves[k:])]
    return consistency_path(old - k, leaves[k:], False) + [tree_root(leaves[:k])]


def demand_included(leaf, index, size, root, path):
    """RFC 9162 section 2.1.3.2."""
    demand(0 <= index < size, f"entry {index} is not in a log of {size}")
    at, last, found = index, size - 1, leaf
    for step in path:
        demand(last != 0, "inclusion: the path is too long")
        if at & 1 or at == last:
            found = node_hash(step, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, step)
        at, last = at >> 1, last >> 1
    demand(last == 0, "inclusion: the path is too short")
    demand(found == root, "inclusion: the path leads to another root")


def demand_consistent(old, old_root, size, root, path):
    """RFC 9162 section 2.1.4.2."""
    demand(old <= size, f"the log shrank from {old} to {size}")
    if old == 0 or old == size:
        # The empty tree is before every tree, and nothing has to be shown between a tree and itself.
        demand(not path, "consistency: a path where there is none")
        demand(old_root == (sha256(b"") if old == 0 else root), "consistency: the log forked")
        return
    demand(path, "consistency: no path")
    if old & (old - 1) == 0:
        path = [old_root, *path]
    at, last = old - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    found_old = found = path[0]
    for step in path[1:]:
        demand(last != 0, "consistency: the path is too long")
        if at & 1 or at == last:
            found_old, found = node_hash(step, found_old), node_hash(step, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, step)
        at, last = at >> 1, last >> 1
    demand(last == 0, "consistency: the path is too short")
    demand(found_old == old_root, "consistency: the log forked")
    demand(found == root, "consistency: the path leads to another root")


# Tiles.
def tile_path(level, index, width):
    groups = [f"{index % 1000:03}"]
    while index >= 1000:
        index //= 1000
        groups.insert(0, f"x{index % 1000:03}")
    return f"tile/{level}/{'/'.join(groups)}" + (f".p/{width}" if width < 256 else "")


def tiles_of(size, level):
    """(index, width) of each tile of a level, in order; entries have those of level 0."""
    whole, rest = divmod(size >> 8 * (0 if level == "entries" else level), 256)
    return [(index, 256) for index in range(whole)] + ([(whole, rest)] if rest else [])


def read_tile(read, level, index, width):
    """A partial tile may be gone once the full one is there, which begins with it. (its path, its bytes)"""
    path = tile_path(level, index, width)
    data = read(path)
    if data is None and width < 256:
        path = tile_path(level, index, 256)
        data = read(path)
    demand(data is not None, f"{path}: missing")
    return path, data, path.find(".p/") < 0


def parse_bundle(path, data, width, full):
    entries, at = [], 0
    while at < len(data):
        demand(at + 2 <= len(data), f"{path}: cut")
        length = int.from_bytes(data[at : at + 2], "big")
        demand(at + 2 + length <= len(data), f"{path}: cut")
        entries.append(data[at + 2 : at + 2 + length])
        at += 2 + length
    demand(len(entries) == (256 if full else width), f"{path}: {len(entries)} entries")
    return entries[:width]


def read_entries(read, size):
    return [entry for tile in tiles_of(size, "entries") for entry in parse_entries(read, *tile)]


def parse_entries(read, index, width):
    path, data, full = read_tile(read, "entries", index, width)
    return parse_bundle(path, data, width, full)


def demand_tiles(read, leaves):
    """Every hash tile is what RFC 6962 makes of the entries."""
    hashes, level = leaves, 0
    while hashes:
        for index, width in tiles_of(len(leaves), level):
            path, data, full = read_tile(read, level, index, width)
            demand(len(data) == 32 * (256 if full else width), f"{path}: {len(data)} bytes")
            demand(data[: 32 * width] == b"".join(hashes[256 * index : 256 * index + width]), f"{path}: other hashes")
        hashes = [tree_root(hashes[at : at + 256]) for at in range(0, len(hashes) - 255, 256)]
        level += 1


def check_log(read, key, origin=None, witnesses=(), old=None):
    """Fetches all of a log, computes it again, and says what it is; `old` is a checkpoint seen before."""
    note = read("checkpoint")
    demand(note is not None, "checkpoint: missing")
    head = Checkpoint(note, key, origin, witnesses)
    entries = read_entries(read, head.size)
    leaves = [leaf_hash(entry) for entry in entries]
    demand_tiles(read, leaves)
    demand(tree_root(leaves) == head.root, "the entries have another root than the checkpoint")
    if old is not None:
        before = Checkpoint(old, key, origin)
        demand(before.size <= head.size, f"the log shrank from {before.size} to {head.size}")
        demand(tree_root(leaves[: before.size]) == before.root, "the log forked")
        path = consistency_path(before.size, leaves) if before.size > 0 else []
        demand_consistent(before.size, before.root, head.size, head.root, path)
    return head, leaves


# Proofs of one entry.
def canonical(value):
    """RFC 8785, for what entries are made of: no fractions, names in ASCII."""
    if isinstance(value, dict):
        demand(all(name.isascii() for name in value), "canonical JSON: a name outside of ASCII")
        return "{" + ",".join(f"{canonical(name)}:{canonical(value[name])}" for name in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    demand(not isinstance(value, float), "canonical JSON: a fraction")
    return json.dumps(value, ensure_ascii=False)


def parse_json(data, what):
    try:
        return json.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        raise Refused(f"{what}: not JSON") from None


def parse_proof(data):
    head, blank, note = data.partition(b"\n\n")
    demand(blank, "proof: no checkpoint")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise Refused("proof: not ASCII") from None
    demand(lines.pop(0) == "c2sp.org/tlog-proof@v1", "proof: not a tlog-proof of version 1")
    extra = None
    if lines and lines[0].startswith("extra "):
        extra = from_base64(lines.pop(0)[len("extra ") :], "extra")
    demand(lines and lines[0].startswith("index "), "proof: no index")
    index = from_decimal(lines.pop(0)[len("index ") :], "index")
    path = [from_base64(line, "path") for line in lines]
    demand(all(len(step) == 32 for step in path), "proof: a hash that is no SHA-256")
    return extra, index, path, note


def parse_extra(extra):
    """What LiqPass says beside the proof: the entry, and what opens it. (the entry's bytes, the opening or None)"""
    said = parse_json(extra, "extra")
    demand(isinstance(said, dict) and set(said) == {"entry", "opening"}, "extra: not an entry and its opening")
    demand(canonical(said).encode() == extra, "extra: not canonical")
    entry, opening = said["entry"], said["opening"]
    demand(isinstance(entry, dict), "extra: no entry")
    if opening is not None:
        demand_opens(entry, opening)
    return canonical(entry).encode(), opening


def demand_opens(entry, opening):
    demand(isinstance(opening, dict), "opening: not an object")
    demand(opening.get("type") == entry.get("type"), "opening: of another type")
    pseudonym, nonce = opening.get("pseudonym"), opening.get("nonce")
    for secret in (pseudonym, nonce):
        demand(isinstance(secret, str) and re.fullmatch("[0-9a-f]{32}", secret), "opening: not 16 bytes")
    demand(entry.get("subject") == "0x" + sha256(bytes.fromhex(pseudonym)).hex(), "opening: of another subject")
    demand(entry.get("commit") == "0x" + sha256(canonical(opening).encode()).hex(), "opening: of another commit")


def check_proof(data, key, origin=None, witnesses=(), entry=None):
    extra, index, path, note = parse_proof(data)
    head = Checkpoint(note, key, origin, witnesses)
    if entry is None:
        demand(extra is not None, "proof: of no entry: none in it, and none given")
        entry, _ = parse_extra(extra)
    demand_included(leaf_hash(entry), index, head.size, head.root, path)
    return head, index, entry


# Liabilities: a Merkle sum tree, docs/trust.md.
def uint64(number):
    demand(0 <= number < 2**64, "path: a sum outside of 64 bits")
    return number.to_bytes(8, "big")


def millionths(text, what):
    match = re.fullmatch(r"(0|[1-9][0-9]*)(?:\.([0-9]{1,6}))?", text, re.ASCII) if isinstance(text, str) else None
    demand(match, f"{what}: not an amount: {text!r}")
    return int(match[1] + (match[2] or "").ljust(6, "0"))


def hash_of(text, what):
    demand(isinstance(text, str) and re.fullmatch("0x[0-9a-f]{64}", text), f"{what}: not 32 bytes")
    return bytes.fromhex(text[2:])


def check_path(data):
    said = parse_json(data, "path")
    demand(isinstance(said, dict) and isinstance(said.get("path"), list), "path: not one")
    total = millionths(said.get("amount"), "amount")
    found = sha256(b"\x10", hash_of(said.get("subject"), "subject"), uint64(total))
    for step in said["path"]:
        demand(isinstance(step, dict) and step.get("side") in ("left", "right"), "path: a step without a side")
        own = (found, uint64(total))
        other = (hash_of(step.get("hash"), "step"), uint64(millionths(step.get("sum"), "sum")))
        left, right = (other, own) if step["side"] == "left" else (own, other)
        found = sha256(b"\x11", *left, *right)
        total += millionths(step["sum"], "sum")
        uint64(total)
    demand(total == millionths(said.get("total"), "total"), "path: leads to another total")
    demand(found == hash_of(said.get("root"), "root"), "path: leads to another root")
    return total


# Asking.
def reader_of(place):
    def from_folder(path):
        try:
            with open(os.path.join(place, path), "rb") as file:
                return file.read()
        except FileNotFoundError:
            return None

    def from_url(path):
        try:
            with urllib.request.urlopen(f"{place.rstrip('/')}/{path}", timeout=30) as answer:
                return answer.read()
        except urllib.error.HTTPError as error:
            demand(error.code == 404, f"{path}: the server answered {error.code}")
            return None

    return from_url if re.match("https?://", place) else from_folder


def bytes_of(text):
    return base64.b64decode(text)


def answer_line(asked):
    """One question of the tests: bytes are base64, a log's files a map from path to bytes."""
    what = asked["ask"]
    if what == "path":
        return {"total": str(check_path(bytes_of(asked["path"])))}
    if what == "inclusion":
        path = [bytes_of(step) for step in asked["path"]]
        demand_included(bytes_of(asked["leaf"]), asked["index"], asked["size"], bytes_of(asked["root"]), path)
        return {}
    if what == "consistency":
        path = [bytes_of(step) for step in asked["path"]]
        demand_consistent(asked["old"], bytes_of(asked["oldRoot"]), asked["size"], bytes_of(asked["root"]), path)
        return {}
    if what == "paths":
        leaves = [bytes_of(leaf) for leaf in asked["leaves"]]
        inclusion = [inclusion_path(index, leaves) for index in asked["indexes"]]
        consistency = [consistency_path(old, leaves) for old in asked["olds"]]
        spelled = [[[base64.b64encode(step).decode() for step in path] for path in of] for of in (inclusion, consistency)]
        return {"inclusion": spelled[0], "consistency": spelled[1]}
    key, origin = Key(asked["key"], LOG_KEY), asked.get("origin")
    witnesses = [Key(vkey, COSIGNER_KEY) for vkey in asked.get("witnesses", [])]
    if what == "note":
        demand_signed(*parse_note(bytes_of(asked["note"])), key)
        return {}
    if what == "checkpoint":
        return head_json(Checkpoint(bytes_of(asked["note"]), key, origin, witnesses))
    if what == "proof":
        entry = bytes_of(asked["entry"]) if "entry" in asked else None
        head, index, _ = check_proof(bytes_of(asked["proof"]), key, origin, witnesses, entry)
        return {**head_json(head), "index": index}
    demand(what == "log", f"no such question: {what}")
    if "files" in asked:
        files = {path: bytes_of(data) for path, data in asked["files"].items()}
        read = files.get
    else:
        read = reader_of(asked["place"])
    old = bytes_of(asked["old"]) if "old" in asked else None
    head, _ = check_log(read, key, origin, witnesses, old)
    return head_json(head)


def head_json(head):
    return {"size": head.size, "root": base64.b64encode(head.root).decode(), "cosigned": head.cosigned}


def answer_lines():
    for line in sys.stdin:
        try:
            answer = {"holds": True, **answer_line(json.loads(line))}
        except Refused as refused:
            answer = {"holds": False, "why": str(refused)}
        print(json.dumps(answer), flush=True)


def read_file(path):
    with open(path, "rb") as file:
        return file.read()


def main():
    parser = argparse.ArgumentParser(description="Checks LiqPass's public log, its proofs and its liabilities.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb in ("log", "proof"):
        words = verbs.add_parser(verb)
        words.add_argument("place")
        words.add_argument("--key", required=True)
        words.add_argument("--origin")
        words.add_argument("--witness", action="append", default=[])
        words.add_argument("--old" if verb == "log" else "--entry")
    verbs.add_parser("path").add_argument("place")
    verbs.add_parser("lines")
    asked = parser.parse_args()
    if asked.verb == "lines":
        return answer_lines()
    try:
        if asked.verb == "path":
            print(f"holds: counted in a total of {check_path(read_file(asked.place))} millionths")
            return None
        key = Key(asked.key, LOG_KEY)
        witnesses = [Key(vkey, COSIGNER_KEY) for vkey in asked.witness]
        if asked.verb == "log":
            old = read_file(asked.old) if asked.old else None
            head, _ = check_log(reader_of(asked.place), key, asked.origin, witnesses, old)
            print(f"holds: {head.origin}, {head.size} entries, root {head.root.hex()}")
        else:
            entry = read_file(asked.entry) if asked.entry else None
            head, index, entry = check_proof(read_file(asked.place), key, asked.origin, witnesses, entry)
            print(f"holds: entry {index} of {head.size} in {head.origin}\n{entry.decode(errors='replace')}")
        for name, time in head.cosigned.items():
            print(f"witness {name}: {'saw it at ' + str(time) if time is not None else 'did not sign'}")
    except Refused as refused:
        sys.exit(f"DOES NOT HOLD: {refused}")


if __name__ == "__main__":
    main()
