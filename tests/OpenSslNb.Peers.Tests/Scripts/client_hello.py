"""Reads what a client sent first (RFC 8446 section 4.1.2) from a file, and says as JSON what is in its ClientHello, with
its fingerprints JA3 and JA4."""
import hashlib
import json
import struct
import sys

SERVER_NAME, GROUPS, POINT_FORMATS, ALGORITHMS, PROTOCOLS, VERSIONS = 0, 10, 11, 13, 16, 43


def hello_of(stream):
    """The handshake message, out of its records."""
    message = b""
    while stream and stream[0] == 22:
        size = int.from_bytes(stream[3:5], "big")
        message += stream[5:5 + size]
        stream = stream[5 + size:]
        if len(message) >= 4 and len(message) >= 4 + int.from_bytes(message[1:4], "big"):
            break
    assert message[0] == 1, "no ClientHello"
    return message[4:4 + int.from_bytes(message[1:4], "big")]


def take(data, width):
    """A vector with a length of so many bytes, and what stands behind it."""
    size = int.from_bytes(data[:width], "big")
    return data[width:width + size], data[width + size:]


def numbers(data):
    return list(struct.unpack(f">{len(data) // 2}H", data))


def extensions_of(data):
    found = []
    while data:
        kind = int.from_bytes(data[:2], "big")
        body, data = take(data[2:], 2)
        found.append((kind, body))
    return found


def protocols_of(body):
    found = []
    rest, _ = take(body, 2)
    while rest:
        name, rest = take(rest, 1)
        found.append(name.decode("ascii"))
    return found


def plain(values):
    """Without GREASE (RFC 8701)."""
    return [value for value in values if not (value & 0x0F0F == 0x0A0A and value >> 8 == value & 0xFF)]


def joined(values):
    return "-".join(str(value) for value in values)


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()[:12] if text else "0" * 12


def ja4_of(hello):
    version = max(plain(hello["versions"]), default=hello["version"])
    suites, kinds = plain(hello["suites"]), plain(hello["extensions"])
    first = hello["protocols"][0] if hello["protocols"] else "00"
    head = "t{}{}{:02}{:02}{}{}".format(
        {0x0304: "13", 0x0303: "12"}[version], "d" if hello["name"] else "i", len(suites), len(kinds), first[0], first[-1])
    kinds = ",".join(f"{kind:04x}" for kind in sorted(kinds) if kind not in (SERVER_NAME, PROTOCOLS))
    algorithms = ",".join(f"{value:04x}" for value in plain(hello["algorithms"]))
    return "_".join([head, digest(",".join(f"{suite:04x}" for suite in sorted(suites))), digest("_".join(filter(None, [kinds, algorithms])))])


def read(data):
    hello = {"version": int.from_bytes(data[:2], "big"), "random": data[2:34].hex()}
    session, data = take(data[34:], 1)
    suites, data = take(data, 2)
    _, data = take(data, 1)
    found = extensions_of(take(data, 2)[0])
    bodies = dict(found)
    name = bodies.get(SERVER_NAME)
    hello["session"] = session.hex()
    hello["suites"] = numbers(suites)
    hello["extensions"] = [kind for kind, _ in found]
    hello["name"] = take(take(name, 2)[0][1:], 2)[0].decode("ascii") if name else None
    hello["groups"] = numbers(take(bodies.get(GROUPS, b"\0\0"), 2)[0])
    hello["algorithms"] = numbers(take(bodies.get(ALGORITHMS, b"\0\0"), 2)[0])
    hello["versions"] = numbers(take(bodies.get(VERSIONS, b"\0"), 1)[0])
    hello["protocols"] = protocols_of(bodies.get(PROTOCOLS, b"\0\0"))
    formats = list(take(bodies.get(POINT_FORMATS, b"\0"), 1)[0])
    parts = [[hello["version"]], plain(hello["suites"]), plain(hello["extensions"]), plain(hello["groups"]), formats]
    hello["ja3Text"] = ",".join(joined(part) for part in parts)
    hello["ja3"] = hashlib.md5(hello["ja3Text"].encode()).hexdigest()
    hello["ja4"] = ja4_of(hello)
    return hello


with open(sys.argv[1], "rb") as file:
    print(json.dumps(read(hello_of(file.read()))))
