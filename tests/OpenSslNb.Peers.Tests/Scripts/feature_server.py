"""A TLS server that sends back what it gets and says what it sees. Settings come as JSON. The line "prove" makes it ask
for the client's certificate after the handshake."""
import json
import socket
import ssl
import sys

settings = json.loads(sys.argv[1])


def say(*words):
    print(*words, flush=True)


def on_name(tls, name, context):
    tls.name = name
    if "name" in settings and name != settings["name"]:
        return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
    return None


def make_context():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = context.maximum_version = ssl.TLSVersion[settings["version"]]
    context.load_cert_chain(settings["certificate"], settings["key"])
    context.post_handshake_auth = settings.get("postHandshake", False)
    context.sni_callback = on_name
    if "clientCertificates" in settings:
        context.load_verify_locations(settings["authority"])
        context.verify_mode = ssl.CERT_REQUIRED if settings["clientCertificates"] == "required" else ssl.CERT_OPTIONAL
    if "keyLog" in settings:
        context.keylog_filename = settings["keyLog"]
    if "protocols" in settings:
        context.set_alpn_protocols(settings["protocols"])
    return context


def say_client(tls):
    certificate = tls.getpeercert() if "clientCertificates" in settings else None
    say("client", dict(field[0] for field in certificate["subject"])["commonName"] if certificate else "none")


def report(tls):
    binding = tls.get_channel_binding("tls-unique")
    say("unique", binding.hex().upper() if binding else "none")
    say("name", getattr(tls, "name", None) or "none")
    say("reused", "yes" if tls.session_reused else "no")
    say("alpn", tls.selected_alpn_protocol() or "none")
    say_client(tls)
    say("opened", tls.version())


def echo(tls):
    while data := tls.recv(65536):
        if data == b"prove\n":
            tls.verify_client_post_handshake()
        elif settings.get("postHandshake"):
            say_client(tls)
        tls.sendall(data)


def serve(context, tcp):
    try:
        with context.wrap_socket(tcp, server_side=True) as tls:
            report(tls)
            echo(tls)
            tls.unwrap()
            say("closed")
    except OSError as fault:
        say("fault", fault)


def main():
    context = make_context()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        say(f"listening on {listener.getsockname()[1]}.")
        while True:
            tcp, _ = listener.accept()
            serve(context, tcp)


main()
