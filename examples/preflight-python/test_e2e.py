"""Against a real server with the sandbox's prices. It needs these variables; without them it fails."""

import http.client
import json
import os
import threading
import time
import unittest
from decimal import Decimal
from urllib.request import ProxyHandler, Request, build_opener

import demo
from billing_preflight import BillingClient, Refused, new_hold_id


def needed(name):
    value = os.environ.get(name)
    if not value:
        raise AssertionError(f"{name} is not set: see README.md")
    return value


class RealServer(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.url, cls.token, cls.account = needed("BILLING_URL"), needed("BILLING_TOKEN"), needed("BILLING_ACCOUNT")
        cls.client = BillingClient(cls.url, needed("BILLING_KEY"))
        cls.poor = f"poor-{new_hold_id()}"
        cls.server = demo.backend(cls.client, {cls.token: cls.account, "of a poor one": cls.poor}.get)
        threading.Thread(target=cls.server.serve_forever, args=[0.02], daemon=True).start()

    @classmethod
    def tearDownClass(cls):
        cls.server.shutdown()
        cls.server.server_close()
        assert cls.client.drain(10) == 0

    def ask(self, tool, arguments=None, token=None, leave_after=None):
        """The status and the body of a tool's answer, of which only so many bytes may be read."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.server_port, timeout=30)
        headers = {"Authorization": f"Bearer {token or self.token}"}
        connection.request("POST", f"/api/tools/{tool}", json.dumps(arguments or {}), headers)
        response = connection.getresponse()
        body = response.read(leave_after)
        response.close()
        connection.close()
        return response.status, body

    def billing(self, path):
        opener = build_opener(ProxyHandler({}))
        request = Request(f"{self.url}/api/billing/{path}", headers={"Authorization": f"Bearer {self.token}"})
        with opener.open(request, timeout=30) as response:
            return json.loads(response.read(), parse_float=Decimal)

    def cost(self, run):
        """What a call costs, once nothing of it is held any more."""
        before = self.billing("balance")["balance_usd"]
        run()
        until = time.monotonic() + 20
        while True:
            balance = self.billing("balance")
            if balance["available_usd"] == balance["balance_usd"]:
                return before - balance["balance_usd"]
            self.assertLess(time.monotonic(), until, "the hold does not end")

    def test_a_tool_costs_its_price(self):
        def run():
            status, body = self.ask("search_cases", {"query": "a"})
            self.assertEqual(status, 200, body)
            # It has been read to its end, so it is charged.
            (newest,) = self.billing("history?limit=1")["transactions"]
            self.assertEqual((newest["kind"], newest["operation"]), ("capture", "search_cases"))

        self.assertEqual(self.cost(run), Decimal("0.0125"))

    def test_a_stream_costs_what_its_chunks_cost(self):
        def run():
            self.assertRegex(self.ask("deep_research/stream", {"chunks": 3})[1], rb'(?s)"0.97".*\[DONE\]')

        self.assertEqual(self.cost(run), Decimal("0.03"))

    def test_a_client_that_leaves_a_stream_pays_what_was_metered(self):
        cost = self.cost(lambda: self.ask("deep_research/stream", {"chunks": 90}, leave_after=10))
        self.assertTrue(Decimal("0.01") <= cost < Decimal("0.90"), cost)

    def test_a_tool_that_fails_and_a_free_one_cost_nothing(self):
        for tool, status in [("summarize_document", 500), ("list_documents", 200)]:
            self.assertEqual(self.cost(lambda: self.assertEqual(self.ask(tool)[0], status)), 0, tool)

    def test_who_has_no_money_is_refused_in_the_words_of_billing(self):
        status, body = self.ask("search_cases", token="of a poor one")
        refusal = json.loads(body, parse_float=Decimal)
        self.assertEqual((status, refusal["code"]), (402, "INSUFFICIENT_BALANCE"))
        self.assertEqual(refusal["balance"]["required_usd"], Decimal("0.0125"))
        self.assertTrue(refusal["topup_url"])

    def test_repeats_change_nothing(self):
        def run():
            hold = new_hold_id()
            first, second = (self.client.authorize(hold, self.account, "get_legislation", ttl_seconds=60)
                             for _ in range(2))
            self.assertEqual((second.amount_usd, second.breakdown), (first.amount_usd, first.breakdown))
            self.assertGreater(self.client.extend(hold, self.account, 120), first.life)
            for _ in range(2):
                captured = self.client.capture(hold, self.account, "0.0017", first.breakdown)
                self.assertEqual(captured.charged_usd, Decimal("0.0017"))

        self.assertEqual(self.cost(run), Decimal("0.0017"))

    def test_a_hold_that_was_voided_can_not_be_captured(self):
        hold = new_hold_id()
        self.client.authorize(hold, self.account, "search_cases")
        self.client.void(hold, self.account)
        self.client.void(hold, self.account)
        self.refused(409, "HOLD_CLOSED", lambda: self.client.capture(hold, self.account, "0.01"))

    def test_unknown_operations_and_wrong_keys_are_refused(self):
        stranger = BillingClient(self.url, "bk_wrong")
        for client, operation, status, code in [(self.client, "no_such_tool", 404, "UNKNOWN_OPERATION"),
                                                (stranger, "search_cases", 401, "INVALID_API_KEY")]:
            self.refused(status, code, lambda: client.authorize(new_hold_id(), self.account, operation))

    def refused(self, status, code, run):
        with self.assertRaises(Refused) as caught:
            run()
        self.assertEqual((caught.exception.status, caught.exception.code), (status, code))


if __name__ == "__main__":
    unittest.main()
