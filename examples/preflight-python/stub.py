"""Stands for billing in tests: grants everything, keeps how each hold ended, and fails as it is told."""

import json
import threading
import time
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from billing_preflight import BillingClient

BREAKDOWN = '{"base":0.4000000000000000001,"tiers":[1.00,{"name":"stép"}]}'


class Stub:
    def __init__(self):
        #: What was asked: verb, body, text, headers.
        self.calls = []
        #: How each hold stands: `open`, `void`, or the amount that was captured.
        self.holds = {}
        #: What the next calls of a verb meet: `lost` (done, but not answered), `hangs`, or a status, with text and headers.
        self.faults = {}
        self.amount, self.free, self.would_refuse, self.ttl = "0.50", False, "null", 600.0
        self.gone = threading.Event()
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                stub._serve(self)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=[0.02], daemon=True).start()

    def client(self, **options):
        return BillingClient(f"http://127.0.0.1:{self._server.server_port}/", "bk_test", **options)

    def stop(self):
        self.gone.set()
        self._server.shutdown()
        self._server.server_close()

    def of(self, verb):
        return [call for call in self.calls if call[0] == verb]

    def outcomes(self):
        return list(self.holds.values())

    def _serve(self, handler):
        text = handler.rfile.read(int(handler.headers["Content-Length"])).decode()
        verb, body = handler.path.replace("/api/billing/preflight/", ""), json.loads(text)
        self.calls.append((verb, body, text, dict(handler.headers)))
        faults = self.faults.get(verb, [])
        fault = faults.pop(0) if faults else None
        if fault == "hangs":
            self.gone.wait()
        elif isinstance(fault, tuple):
            self._send(handler, *fault)
        else:
            answer = self._answer(verb, body)
            if fault != "lost":
                self._send(handler, 200, answer)

    @staticmethod
    def _send(handler, status, text="", headers=None):
        handler.send_response(status)
        for name, value in (headers or {}).items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(text.encode())

    def _answer(self, verb, body):
        hold, amount = body["hold_id"], body.get("amount_usd", self.amount)
        expires = datetime.fromtimestamp(time.time() + self.ttl, timezone.utc).isoformat().replace("+00:00", "Z")
        head = f'{{"hold_id":"{hold}"'
        if verb == "authorize" and self.free:
            return f'{head},"free":true,"expires_at":null,"breakdown":null}}'
        if verb == "authorize":
            self.holds[hold] = "open"
            return (f'{head},"free":false,"amount_usd":{amount},"held_usd":{amount},"available_usd":9.50,'
                    f'"expires_at":"{expires}","breakdown":{BREAKDOWN},"would_refuse":{self.would_refuse}}}')
        if verb == "capture":
            self.holds[hold] = amount
            return f'{head},"charged_usd":{amount},"uncollected_usd":0.00,"balance_usd":9.5000,"late":false}}'
        if verb == "extend":
            return f'{head},"held_usd":0.50,"available_usd":9.50,"expires_at":"{expires}"}}'
        self.holds[hold] = "void"
        return f"{head}}}"


def eventually(what, condition):
    """Waits until something is so."""
    until = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < until, f"{what} did not happen"
        time.sleep(0.005)
