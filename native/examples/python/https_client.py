"""Gets one thing by HTTPS and writes its body to standard output.

    python3 https_client.py localhost 8443 /some/path ca.pem
"""

import sys

import opensslnb


def get(connection, host, path):
    """Status line and body. HTTP/1.0, so that the body goes up to the server's close_notify."""
    connection.send(f"GET {path} HTTP/1.0\r\nHost: {host}\r\n\r\n".encode())
    connection.close_write()
    head, found, body = connection.receive_all().partition(b"\r\n\r\n")
    if not found:
        raise ConnectionError("the answer is not HTTP")
    return head.decode("latin-1").split("\r\n")[0], body


def main(arguments):
    if len(arguments) not in (3, 4) or not arguments[1].isdigit() or not 0 < int(arguments[1]) < 65536 or arguments[2][:1] != "/":
        print("usage: https_client.py HOST PORT /PATH [AUTHORITIES.pem]\n"
              "Without a file the server's certificate is checked against the system's authorities.", file=sys.stderr)
        return 2
    host, port, path = arguments[0], int(arguments[1]), arguments[2]
    try:
        context = opensslnb.Context.client(*arguments[3:], alpn=["http/1.1"])
        with opensslnb.Loop(timeout=60) as loop, loop.connect(host, port, context) as connection:
            status, body = get(connection, host, path)
    except (opensslnb.Error, OSError) as error:  # ConnectionLost and TimeoutError are of the latter
        print(f"https_client: {error}", file=sys.stderr)
        return 1
    sys.stdout.buffer.write(body)
    print(f"https_client: {connection.info['protocol']}, {connection.info['cipher_suite']}: {status}", file=sys.stderr)
    return 0 if " 200 " in status + " " else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
