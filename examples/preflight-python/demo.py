"""A small tool backend: each tool is paid for at its price, by who is signed in.

    BILLING_URL=… BILLING_KEY=… JWT_SECRET=… python3 demo.py
"""

import base64
import hashlib
import hmac
import json
import os
import signal
import sys
import threading
import time
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Callable, Optional

from billing_preflight import BillingClient, Call, Refused, Unavailable

CHUNK = Decimal("0.01")
DRAIN_SECONDS = 20
MOST_BODY_BYTES = 65_536

Authenticate = Callable[[str], Optional[str]]


def by_token(secret: str) -> Authenticate:
    """The account in a HS256 token with `sub` and `exp`."""

    def account(token: str) -> Optional[str]:
        head, _, signature = token.rpartition(".")
        expected = hmac.new(secret.encode(), head.encode(), hashlib.sha256).digest()
        if not hmac.compare_digest(base64.urlsafe_b64encode(expected).rstrip(b"="), signature.encode()):
            return None
        header, claims = (json.loads(base64.urlsafe_b64decode(part + "==")) for part in head.split("."))
        holds = header.get("alg") == "HS256" and claims.get("exp", 0) > time.time()
        return claims.get("sub", claims.get("userId")) if holds else None

    return account


class Tools(BaseHTTPRequestHandler):
    """The tools; `backend` gives it a client and a way to find out who calls."""

    client: BillingClient
    authenticate: Authenticate
    #: The longest that a step of a connection waits, in seconds.
    timeout = 30
    #: The head of an answer is out: no other may follow.
    head_is_out = False

    def end_headers(self) -> None:
        super().end_headers()
        self.head_is_out = True

    def do_POST(self) -> None:
        self.head_is_out = False
        arguments = self.read_json()
        account = self.authenticate(self.headers.get("Authorization", "").replace("Bearer ", "", 1))
        tool = {
            "/api/tools/list_documents": self.list_documents,
            "/api/tools/search_cases": self.search_cases,
            "/api/tools/summarize_document": self.summarize_document,
            "/api/tools/deep_research/stream": self.deep_research,
        }.get(self.path)
        if account is None:
            self.answer(401, {"error": "Unauthorized", "message": "send a token", "code": "UNAUTHORIZED"})
        elif tool is None:
            self.answer(404, {"error": "Not Found", "message": "there is no such tool", "code": "NOT_FOUND"})
        else:
            self.run_tool(tool, account, arguments)

    def run_tool(self, tool: Callable[[Call, dict], None], account: str, arguments: dict) -> None:
        operation = self.path.split("/")[3]
        try:
            with self.client.call(account, operation, arguments=arguments) as call:
                answer = tool(call, arguments)
            # Charged by now: what the client has read to its end is paid for.
            if answer is None:
                self.wfile.write(b"data: [DONE]\n\n")
            else:
                self.answer(200, answer)
        except Refused as refusal:
            # Who calls can do nothing about our own key, nor about an answer that can't be charged.
            if refusal.about_our_key or refusal.status == 409:
                self.answer(500, {"error": "Billing failed", "code": "BILLING_FAILED"})
            else:
                self.answer(refusal.status, refusal.body, refusal.retry_after)
        except Unavailable as error:
            body = {"error": "Billing unavailable", "code": "BILLING_UNAVAILABLE"}
            self.answer(503, body, error.retry_after or "5")
        except ConnectionError:
            self.close_connection = True  # The client has gone.
        except RuntimeError as error:
            self.answer(500, {"error": "Tool failed", "message": str(error), "code": "TOOL_FAILED"})

    def list_documents(self, call: Call, arguments: dict) -> dict:
        return {"documents": []}

    def search_cases(self, call: Call, arguments: dict) -> dict:
        """Costs its price."""
        return {"cases": ["Marbury v. Madison"]}

    def summarize_document(self, call: Call, arguments: dict) -> dict:
        """Fails, and costs nothing."""
        raise RuntimeError("the document can't be read")

    def deep_research(self, call: Call, arguments: dict) -> None:
        """Costs what its chunks cost, and stops when the hold is used up."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        call.deliver()
        for chunk in range(1, arguments.get("chunks", 3) + 1):
            left = call.meter.remaining()
            if left is not None and left < CHUNK:
                break
            time.sleep(0.02)  # The work.
            call.meter.add(CHUNK)
            self.wfile.write(f'data: {{"chunk":{chunk},"left_usd":"{call.meter.remaining()}"}}\n\n'.encode())

    def read_json(self) -> dict:
        try:
            length = max(0, min(int(self.headers.get("Content-Length") or 0), MOST_BODY_BYTES))
            value = json.loads(self.rfile.read(length) or b"{}")
        except ValueError:
            value = None
        return value if isinstance(value, dict) else {}

    def answer(self, status: int, body: "dict | bytes", retry_after: Optional[str] = None) -> None:
        if self.head_is_out:
            self.close_connection = True  # Without its end, nobody takes the stream for a whole one.
            return
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        if retry_after is not None:
            self.send_header("Retry-After", retry_after)
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: object) -> None:
        pass


def backend(client: BillingClient, authenticate: Authenticate, port: int = 0) -> ThreadingHTTPServer:
    tools = type("PaidTools", (Tools,), {"client": client, "authenticate": staticmethod(authenticate)})
    server = ThreadingHTTPServer(("127.0.0.1", port), tools)
    server.daemon_threads = False  # What was charged leaves before the end.
    return server


def main() -> None:
    client = BillingClient(os.environ["BILLING_URL"], os.environ["BILLING_KEY"])
    server = backend(client, by_token(os.environ["JWT_SECRET"]), int(os.environ.get("PORT", "3001")))
    print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: threading.Thread(target=server.shutdown).start())
    server.serve_forever()
    # Calls under way end and are settled first.
    unsettled = client.drain(DRAIN_SECONDS)
    server.server_close()
    sys.exit(1 if unsettled else 0)


if __name__ == "__main__":
    main()
