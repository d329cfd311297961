"""A TLS client that says what it sees. Settings come as JSON; each line of standard input is sent, an empty one begins
the next connection, which offers the session of the last one, and the end closes."""
import json
import os
import select
import socket
import ssl
import sys

settings = json.loads(sys.argv[1])


def say(*words):
    print(*words, flush=True)


def make_context():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = context.maximum_version = ssl.TLSVersion[settings["version"]]
    context.load_verify_locations(settings["authority"])
    context.post_handshake_auth = settings.get("postHandshake", False)
    if "certificate" in settings:
        context.load_cert_chain(settings["certificate"], settings["key"])
    if "keyLog" in settings:
        context.keylog_filename = settings["keyLog"]
    if "protocols" in settings:
        context.set_alpn_protocols(settings["protocols"])
    return context


def report(tls):
    binding = tls.get_channel_binding("tls-unique")
    say("unique", binding.hex().upper() if binding else "none")
    say("reused", "yes" if tls.session_reused else "no")
    say("alpn", tls.selected_alpn_protocol() or "none")
    say("opened", tls.version())


def relay(tls):
    """True when there is to be another connection."""
    tls.setblocking(False)
    while True:
        readable, _, _ = select.select([tls, 0], [], [])
        if tls in readable:
            try:
                data = tls.recv(65536)
            except ssl.SSLWantReadError:
                continue
            if not data:
                say("ended")
                return False
            say("received", data.decode().rstrip("\n"))
        elif 0 in readable:
            line = os.read(0, 65536)
            if line in (b"", b"\n"):
                return line == b"\n"
            tls.sendall(line)


def connect(context, session):
    """The session to offer next; None when there is no next connection."""
    with socket.create_connection(("127.0.0.1", settings["port"])) as tcp:
        with context.wrap_socket(tcp, server_hostname=settings["name"], session=session) as tls:
            report(tls)
            goes_on = relay(tls)
            session = tls.session
            tls.setblocking(True)
            tls.unwrap()
            return session if goes_on else None


def main():
    context = make_context()
    session = connect(context, None)
    while session is not None:
        session = connect(context, session)


try:
    main()
except OSError as fault:
    say("fault", fault)
    sys.exit(1)
