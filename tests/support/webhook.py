"""A receiver of webhooks on loopback."""
import http.server
import threading


class Receiver:
    """Takes what comes; `taken` may kill before it is answered."""

    def __init__(self, taken=lambda: None):
        self.changed = threading.Condition()
        self.requests = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with outer.changed:
                    outer.requests.append((dict((k.lower(), v) for k, v in self.headers.items()), body))
                    outer.changed.notify_all()
                taken()
                try:
                    self.send_response(204)
                    self.end_headers()
                except OSError:
                    pass

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def ids(self):
        with self.changed:
            return {headers["webhook-id"] for headers, _ in self.requests}

    def wait(self, count, seconds=60):
        """The first so many requests: headers in lower case, body."""
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.requests) >= count, seconds), f"{len(self.requests)} of {count} came"
            return list(self.requests)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
