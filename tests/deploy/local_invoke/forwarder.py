"""Lets a container reach a service of this machine's loopback.

The local stack listens on loopback alone and answers nobody who names another host; a container sees this machine as the
bridge's address. So a listener on that address passes each request on, under the name that the service expects.
"""

import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TIMEOUT_SECONDS = 30
# Of one connection, not of the request.
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}


class Forwarder:
    """Passes on what arrives at `url` to the port of 127.0.0.1, until it is closed."""

    def __init__(self, bridge: str, port: int):
        handler = type("Handler", (_Handler,), {"port": port})
        self._server = ThreadingHTTPServer((bridge, 0), handler)
        self._server.daemon_threads = True
        self.url = f"http://{bridge}:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    port: int

    def do_POST(self):
        sent = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP | {"host"}}
        service = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_SECONDS)
        try:
            service.request("POST", self.path, sent, headers)
            answer = service.getresponse()
            body = answer.read()
        finally:
            service.close()
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *arguments):
        """The answers of the functions tell what went wrong."""
