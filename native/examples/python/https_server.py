"""Serves the files of a folder by HTTPS: GET and HEAD, connections that stay.

    python3 https_server.py 8443 . certificate.pem key.pem
    curl --cacert certificate.pem https://localhost:8443/https_server.py
"""

import os
import signal
import sys
import urllib.parse

import opensslnb

HEAD_LIMIT = 16 * 1024


class Requests:
    """The requests of a connection, one after the other."""

    def __init__(self, connection):
        self._connection = connection
        self._rest = b""

    def next_head(self):
        """The lines of the next request's head; None when the client has ended, or has sent too much."""
        while b"\r\n\r\n" not in self._rest:
            piece = self._connection.receive()
            if not piece or len(self._rest) > HEAD_LIMIT:
                return None
            self._rest += piece
        head, self._rest = self._rest.split(b"\r\n\r\n", 1)
        return head.decode("latin-1").split("\r\n")


def file_for(folder, target):
    """The path of a file inside the folder, or None."""
    path = urllib.parse.unquote(urllib.parse.urlsplit(target).path).lstrip("/")
    if "\0" in path:
        return None
    full = os.path.realpath(os.path.join(folder, path))
    inside = os.path.commonpath([full, os.path.realpath(folder)]) == os.path.realpath(folder)
    return full if inside and os.path.isfile(full) else None


def respond(connection, status, length, text=b""):
    head = f"HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n"
    connection.send(head.encode() + text)


def answer(connection, folder, line):
    """Answers one request; False when the connection cannot go on."""
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] not in ("GET", "HEAD"):
        respond(connection, "405 Method Not Allowed", 0)
        return False
    path = file_for(folder, parts[1])
    if path is None:
        respond(connection, "404 Not Found", 10, b"" if parts[0] == "HEAD" else b"not found\n")
        return True
    with open(path, "rb") as file:
        length = os.fstat(file.fileno()).st_size
        respond(connection, "200 OK", length)
        if parts[0] == "GET" and length > 0:
            connection.send_file(file, 0, length)
    return True


def handler(folder):
    def handle(connection):
        try:
            with connection:
                requests = Requests(connection)
                while (head := requests.next_head()) and answer(connection, folder, head[0]):
                    print(f"{connection.info['protocol']} {head[0]}", file=sys.stderr)
        except (opensslnb.ConnectionLost, opensslnb.Error, OSError) as error:
            print(f"https_server: {error}", file=sys.stderr)
    return handle


def main(arguments):
    if len(arguments) not in (2, 4) or not arguments[0].isdigit() or int(arguments[0]) > 65535 or not os.path.isdir(arguments[1]):
        print("usage: https_server.py PORT FOLDER [CERTIFICATE.pem KEY.pem]\n"
              "PORT is a number up to 65535; 0 takes a free one. Without files it makes a certificate for localhost.", file=sys.stderr)
        return 2
    signals = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)  # before there are other threads, which inherit it
    try:
        context = opensslnb.Context.server(*arguments[2:], alpn=["http/1.1"])
        with opensslnb.Loop() as loop:
            listener = loop.listen("127.0.0.1", int(arguments[0]), context, handler(arguments[1]))
            print(f"listening on {listener.address}:{listener.port}", flush=True)
            signal.sigwait(signals)
            listener.close()
    except opensslnb.Error as error:
        print(f"https_server: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
