"""A TLS server that sends back what it gets, a thread for each client. Says its port on standard output."""
import socketserver
import ssl
import sys


class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        try:
            with self.server.context.wrap_socket(self.request, server_side=True) as tls:
                while data := tls.recv(65536):
                    tls.sendall(data)
                tls.unwrap()
        except OSError:
            pass


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)


Server.context.load_cert_chain(sys.argv[1], sys.argv[2])
Server.context.set_alpn_protocols(["h2", "http/1.1"])
with Server(("127.0.0.1", 0), Echo) as server:
    print(f"listening on {server.server_address[1]}.", flush=True)
    server.serve_forever()
