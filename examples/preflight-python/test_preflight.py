"""Against a stub of billing that loses answers, hangs and fails."""

import decimal
import http.client
import json
import logging
import threading
import unittest
import uuid
from decimal import Decimal
from unittest import mock

import demo
from billing_preflight import Meter, Refused, Settlement, Unavailable, _dumps, _loads, _plain, new_hold_id, usd
from stub import BREAKDOWN, Stub, eventually

logging.disable(logging.CRITICAL)


class Values(unittest.TestCase):
    def test_amounts_are_exact(self):
        self.assertEqual(usd("0.1") + usd("0.2"), usd("0.3"))
        for amount, written in [("0", "0.00"), ("10", "10.00"), ("0.0125", "0.0125"), ("0.002380", "0.00238"),
                                ("-0.000001", "-0.000001"), ("9007199254740.993001", "9007199254740.993001")]:
            self.assertEqual(_plain(usd(amount)), written)
        for wrong in ["", ".5", "1.", "1e3", "+1", " 1", "1,5", "0.1234567", "NaN", Decimal("NaN"),
                      Decimal("Infinity"), Decimal("0.0000001"), 10**13]:
            with self.assertRaises(ValueError, msg=wrong):
                usd(wrong)
        for wrong in [0.1, True, None]:
            with self.assertRaises(TypeError):
                usd(wrong)

    def test_json_keeps_every_digit(self):
        text = '{"a":0.1000000000000000055,"b":[1.00,-0,12345678901234567890],"c":"x","d":null,"e":true}'
        self.assertEqual(_dumps(_loads(text.encode())), text)
        for wrong in [b"[]", b"{", b'{"a":NaN}', b""]:
            with self.assertRaises(ValueError):
                _loads(wrong)

    def test_hold_ids_are_uuids_of_version_7(self):
        hold = uuid.UUID(new_hold_id(0x0123456789AB))
        self.assertEqual((hold.version, hold.variant, str(hold)[:13]), (7, uuid.RFC_4122, "01234567-89ab"))
        self.assertNotEqual(new_hold_id(), new_hold_id())

    def test_a_meter_adds_up_whatever_the_precision(self):
        meter = Meter("0.50")
        self.assertEqual((meter.reading(), meter.remaining()), (None, Decimal("0.50")))
        with decimal.localcontext() as context:
            context.prec = 1
            meter.add("0.11")
            meter.add(Decimal("0.222222"))
            self.assertEqual(str(meter.reading()), "0.332222")
            self.assertEqual(str(meter.remaining()), "0.167778")
        meter.record("0.60")
        self.assertEqual(meter.remaining(), 0)
        for wrong in ["-0.01", "much", Decimal("-1")]:
            with self.assertRaises(ValueError):
                meter.add(wrong)
        with self.assertRaises(TypeError):
            meter.add(0.01)
        self.assertEqual(meter.reading(), Decimal("0.60"))
        self.assertIsNone(Meter().remaining())


class WithStub(unittest.TestCase):
    def setUp(self):
        self.stub = Stub()
        self.addCleanup(self.stub.stop)

    def client(self, **options):
        client = self.stub.client(**{"timeout": 0.3, **options})
        self.addCleanup(client.drain, 0)
        return client

    def hold(self, client):
        return client.authorize(new_hold_id(), "user-1", "search_cases")


class Client(WithStub):
    def test_a_call_is_held_and_captured(self):
        client, hold = self.client(), new_hold_id()
        held = client.authorize(hold, "user-1", "search_cases", arguments={"limit": 0.5}, amount_usd=Decimal("0.75"),
                                ttl_seconds=60)
        self.assertEqual(held.amount_usd, Decimal("0.75"))
        self.assertTrue(590 < held.life <= 600, held.life)
        captured = client.capture(hold, "user-1", "0.0125", held.breakdown)
        self.assertEqual((str(captured.charged_usd), str(captured.balance_usd)), ("0.0125", "9.5000"))
        (_, asked, _, headers), (_, _, text, _) = self.stub.calls
        self.assertEqual(asked, {"hold_id": hold, "account": "user-1", "operation": "search_cases",
                                 "arguments": {"limit": 0.5}, "amount_usd": "0.75", "ttl_seconds": 60})
        self.assertEqual(headers["Authorization"], "Bearer bk_test")
        self.assertTrue(text.endswith(f'"amount_usd":"0.0125","breakdown":{BREAKDOWN}}}'), text)
        self.assertEqual(client.drain(0), 0)

    def test_text_is_sent_as_it_is(self):
        client = self.client()
        for sent, text in [("їжак", "їжак"), ("half \ud83e", "half \\ud83e")]:
            client.authorize(new_hold_id(), "user-1", "search_cases", arguments={"q": sent})
            self.assertIn(f'"arguments":{{"q":"{text}"}}', self.stub.calls[-1][2])
        with self.assertRaises(TypeError):
            client.authorize(new_hold_id(), "user-1", "search_cases", arguments={"q": object()})
        self.assertEqual(len(client._settler._places), 2)

    def test_every_repeat_has_the_same_id(self):
        self.stub.faults = {
            "authorize": ["lost", "hangs", (503, "", {"Retry-After": "5"})],
            "capture": [(502, "<html>"), "lost", (200, '{"charged_usd"')],
            "extend": ["lost"],
            "void": [(500,), (429,)],
        }
        client = self.client()
        held = self.hold(client)
        client.extend(held.hold_id, "user-1")
        client.capture(held.hold_id, "user-1", held.amount_usd, held.breakdown)
        client.void(self.hold(client).hold_id, "user-1")
        self.assertEqual([len(self.stub.of(verb)) for verb in ("authorize", "capture", "extend", "void")], [5, 4, 2, 3])
        self.assertEqual(len({body["hold_id"] for _, body, _, _ in self.stub.calls}), 2)
        self.assertEqual(len({text for _, _, text, _ in self.stub.of("capture")}), 1)
        self.assertEqual(self.stub.outcomes(), ["0.50", "void"])
        self.assertEqual(client.drain(0), 0)

    def test_an_authorize_of_unknown_outcome_fails_and_is_voided_in_the_background(self):
        for fault, told in [("lost", None), ("hangs", None), ((503, "", {"Retry-After": "7"}), "7")]:
            self.stub.faults["authorize"] = [fault, fault]
            client = self.client(attempts=2)
            with self.assertRaises(Unavailable) as caught:
                self.hold(client)
            self.assertEqual(caught.exception.retry_after, told)
            self.assertEqual(client.drain(5), 0)
            self.assertEqual(set(self.stub.outcomes()), {"void"})

    def test_a_refusal_is_told_as_it_came_and_only_once_asked_for(self):
        text = '{"error":"x","code":"INSUFFICIENT_BALANCE","balance":{"current_usd":0.2500}}'
        self.stub.faults["authorize"] = [(402, text, {"Retry-After": "9"})]
        client = self.client()
        with self.assertRaises(Refused) as caught:
            self.hold(client)
        refusal = caught.exception
        self.assertEqual((refusal.status, refusal.code, refusal.body, refusal.retry_after),
                         (402, "INSUFFICIENT_BALANCE", text.encode(), "9"))
        self.assertEqual((client.drain(0), len(self.stub.calls)), (0, 1))

    def test_a_refusal_after_a_lost_answer_leaves_no_hold_behind(self):
        self.stub.faults["authorize"] = ["lost", (401, '{"code":"INVALID_API_KEY"}')]
        client = self.client()
        with self.assertRaises(Refused):
            self.hold(client)
        self.assertEqual((client.drain(5), self.stub.outcomes()), (0, ["void"]))

    def test_a_free_answer_after_a_lost_one_leaves_no_hold_behind(self):
        free = '{"free":true,"expires_at":null,"breakdown":null}'
        self.stub.faults["authorize"] = ["lost", (200, free)]
        client = self.client()
        self.assertTrue(self.hold(client).free)
        self.assertEqual((client.drain(5), self.stub.outcomes()), (0, ["void"]))

    def test_settlements_of_unknown_outcome_go_on_in_the_background(self):
        client = self.client(attempts=2)
        first, second = self.hold(client), self.hold(client)
        self.stub.faults = {"capture": ["lost"] * 4, "void": [(503,)] * 4}
        with self.assertRaises(Unavailable):
            client.capture(first.hold_id, "user-1", "0.50")
        with self.assertRaises(Unavailable):
            client.void(second.hold_id, "user-1")
        self.assertEqual((client.drain(10), self.stub.outcomes()), (0, ["0.50", "void"]))

    def test_a_settlement_that_is_refused_is_given_up(self):
        client = self.client()
        held = self.hold(client)
        self.stub.faults["capture"] = [(409, '{"code":"HOLD_CLOSED"}')]
        client.settle_later(Settlement(held.hold_id, "user-1", Decimal("0.50")))
        self.assertEqual(client.drain(5), 0)

    def test_a_capture_waits_while_the_key_is_refused_and_that_is_logged_once(self):
        for refusal in [(401, '{"code":"INVALID_API_KEY"}'), (403, '{"code":"MISSING_SCOPE"}')]:
            client = self.client(attempts=2)
            # Side by side, one could hear of the last refusal after the other was let in again.
            client._settler._PARALLEL = 1
            first, second = self.hold(client), self.hold(client)
            self.stub.faults["capture"] = [refusal] * 5
            with mock.patch("billing_preflight.log.error") as logged:
                with self.assertRaises(Unavailable):
                    client.capture(first.hold_id, "user-1", "0.50")
                client.settle_later(Settlement(second.hold_id, "user-1", Decimal("0.20")))
                self.assertEqual(client.drain(10), 0)
            self.assertEqual(self.stub.outcomes(), ["0.50", "0.20"])
            self.assertEqual(logged.call_count, 1)
            self.stub.holds.clear()

    def test_a_capture_that_is_forbidden_otherwise_is_given_up(self):
        client = self.client()
        held = self.hold(client)
        self.stub.faults["capture"] = [(403, '{"code":"ACCOUNT_BLOCKED"}')]
        with self.assertRaises(Refused):
            client.capture(held.hold_id, "user-1", "0.50")
        self.assertEqual((client.drain(0), len(self.stub.of("capture"))), (0, 1))

    def test_a_worker_that_can_not_be_started_is_not_counted(self):
        client = self.client()
        first, second = self.hold(client), self.hold(client)
        with mock.patch("threading.Thread.start", side_effect=RuntimeError("can't start new thread")):
            for _ in range(client._settler._PARALLEL):
                client.settle_later(Settlement(first.hold_id, "user-1"))
        self.assertEqual((client._settler._workers, self.stub.of("void")), (0, []))
        client.settle_later(Settlement(second.hold_id, "user-1"))
        self.assertEqual((client.drain(5), self.stub.outcomes()), (0, ["void", "void"]))

    def test_draining_waits_for_calls_that_run_and_lets_none_in(self):
        client = self.client()
        held, left = self.hold(client), []
        drain = threading.Thread(target=lambda: left.append(client.drain(20)))
        drain.start()
        eventually("the draining", lambda: client._settler._draining)
        with self.assertRaises(Unavailable):
            self.hold(client)
        client.capture(held.hold_id, "user-1", "0.50")
        drain.join()
        self.assertEqual(left, [0])

    def test_draining_ends_when_its_time_is_up(self):
        client = self.client()
        queued, _running = self.hold(client), self.hold(client)
        self.stub.faults["void"] = [(503, "", {"Retry-After": "60"})] * 9
        client.settle_later(Settlement(queued.hold_id, "user-1"))
        self.assertEqual(client.drain(0.1), 2)

    def test_no_more_calls_get_in_than_can_be_settled(self):
        client = self.client(places=1)
        held = self.hold(client)
        with self.assertRaises(Unavailable):
            self.hold(client)
        client.void(held.hold_id, "user-1")
        self.hold(client)


class Calls(WithStub):
    def cost(self, run):
        """What a call costs: `void`, or the amount that was captured."""
        client = self.client()
        try:
            with client.call("user-1", "search_cases") as call:
                run(call)
        except (RuntimeError, BrokenPipeError):
            pass
        self.assertEqual(client.drain(5), 0)
        (outcome,) = self.stub.outcomes()
        self.stub.holds.clear()
        return outcome

    @staticmethod
    def acts(*acts):
        def run(call):
            for act in acts:
                if isinstance(act, Exception):
                    raise act
                if isinstance(act, Decimal):
                    call.meter.add(act)
                else:
                    getattr(call, act)()

        return run

    def test_a_call_costs_by_how_it_ends(self):
        cent, nothing = Decimal("0.01"), Decimal(0)
        broken, gone = RuntimeError("broken"), BrokenPipeError("gone")
        for acts, cost in [
            ([], "0.50"),
            ([cent, cent], "0.02"),
            ([nothing], "0.00"),
            ([broken], "void"),
            ([nothing, broken], "void"),
            ([cent, broken], "0.01"),
            (["fail"], "void"),
            ([cent, "fail"], "0.01"),
            ([gone], "void"),
            (["deliver", gone], "0.50"),
            (["deliver", cent, gone], "0.01"),
            (["deliver", broken], "void"),
        ]:
            self.assertEqual(self.cost(self.acts(*acts)), cost, acts)

    def test_an_estimate_is_captured_with_its_breakdown_before_the_block_is_left(self):
        with self.client().call("user-1", "search_cases", arguments={"query": "x"}) as call:
            self.assertEqual(call.meter.remaining(), Decimal("0.50"))
        (_, _, text, _), = self.stub.of("capture")
        self.assertTrue(text.endswith(f'"amount_usd":"0.50","breakdown":{BREAKDOWN}}}'), text)

    def test_a_generator_that_is_closed_pays(self):
        client = self.client()

        def stream():
            with client.call("user-1", "search_cases") as call:
                call.deliver()
                while True:
                    yield b"data"

        chunks = stream()
        next(chunks)
        chunks.close()
        self.assertEqual((client.drain(5), self.stub.outcomes()), (0, ["0.50"]))

    def test_exempt_and_free_calls_run_unbilled(self):
        client = self.client()
        with client.call("machine", "search_cases", exempt=True) as call:
            call.meter.add(1)
        self.assertEqual(self.stub.calls, [])
        self.stub.free = True
        with client.call("user-1", "search_cases") as call:
            self.assertIsNone(call.meter.remaining())
        self.assertEqual((len(self.stub.calls), client.drain(0)), (1, 0))

    def test_a_call_that_is_only_observed_runs_without_a_bound(self):
        self.stub.would_refuse = '"insufficient_funds"'
        with self.client().call("user-1", "search_cases") as call:
            self.assertIsNone(call.meter.remaining())
        self.assertEqual(self.stub.outcomes(), ["0.50"])

    def test_a_late_capture_is_no_failure_but_a_refused_one_is(self):
        client = self.client(attempts=2)
        self.stub.faults["capture"] = [(503,)] * 3
        with client.call("user-1", "search_cases"):
            pass
        eventually("the capture", lambda: self.stub.outcomes() == ["0.50"])
        self.stub.faults["capture"] = [(409, '{"code":"HOLD_CLOSED"}')]
        with self.assertRaises(Refused):
            with client.call("user-1", "search_cases"):
                pass
        self.assertEqual(client.drain(5), 0)

    def test_a_function_is_made_a_paid_call(self):
        client = self.client()

        @client.paid("search_cases", account=lambda user: user, exempt=lambda user: user == "machine", ttl_seconds=9)
        def search(user, *, call):
            call.meter.add("0.03")
            return f"for {user}"

        self.assertEqual((search("user-1"), search("machine")), ("for user-1", "for machine"))
        self.assertEqual(self.stub.outcomes(), ["0.03"])
        (_, asked, _, _), = self.stub.of("authorize")
        self.assertEqual((asked["account"], asked["ttl_seconds"]), ("user-1", 9))
        with self.assertRaises(TypeError):
            client.paid("search_cases", account=str)(lambda: (yield))

    def test_a_function_s_arguments_may_set_its_price(self):
        client = self.client()

        def search(query, limit=10, *, call):
            pass

        client.paid("search_cases", lambda query, limit=10: "user-1",
                    arguments=lambda query, limit=10: {"query": query, "limit": limit})(search)("x", limit=3)
        client.paid("search_cases", lambda query: "user-1", arguments={"limit": 5})(search)("x")
        self.assertEqual([asked["arguments"] for _, asked, _, _ in self.stub.of("authorize")],
                         [{"query": "x", "limit": 3}, {"limit": 5}])

    def test_a_call_whose_thread_can_not_be_started_is_voided(self):
        client = self.client()
        # The stub has threads of its own.
        with mock.patch("threading.Timer.start", side_effect=RuntimeError("can't start new thread")):
            with self.assertRaisesRegex(RuntimeError, "new thread"):
                with client.call("user-1", "search_cases"):
                    self.fail("the call must not run")
        self.assertEqual((self.stub.outcomes(), len(client._settler._places)), (["void"], 0))
        self.stub.faults["void"] = [(404, '{"code":"UNKNOWN_HOLD"}')]
        with mock.patch("threading.Timer.start", side_effect=RuntimeError("can't start new thread")):
            with self.assertRaisesRegex(RuntimeError, "new thread"):
                client.call("user-1", "search_cases").__enter__()
        self.assertEqual(client.drain(0), 0)

    def test_a_call_that_outlives_its_hold_extends_it_at_half_of_its_life(self):
        self.stub.ttl = 1.6
        self.stub.faults["extend"] = ["lost"]
        with self.client().call("user-1", "search_cases", ttl_seconds=2):
            eventually("the extensions", lambda: len(self.stub.of("extend")) >= 3)
        self.assertEqual(self.stub.outcomes(), ["0.50"])
        self.assertEqual({body["hold_id"] for _, body, _, _ in self.stub.calls}, set(self.stub.holds))
        self.assertEqual(self.stub.of("extend")[0][1]["ttl_seconds"], 2)


class Demo(WithStub):
    def setUp(self):
        super().setUp()
        self.billing = self.client(attempts=2)
        self.server = demo.backend(self.billing, lambda token: "user-1" if token == "good" else None)
        threading.Thread(target=self.server.serve_forever, args=[0.02], daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)

    def ask(self, tool, token="good"):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.server_port, timeout=20)
        self.addCleanup(connection.close)
        connection.request("POST", f"/api/tools/{tool}", "{}", {"Authorization": f"Bearer {token}"})
        response = connection.getresponse()
        return response.status, response.read(), response.getheader("Retry-After")

    def test_the_demo_charges_and_refuses(self):
        self.assertEqual(self.ask("search_cases")[0], 200)
        self.assertIn(b"[DONE]", self.ask("deep_research/stream")[1])
        self.assertEqual(self.stub.outcomes(), ["0.50", "0.03"])
        self.assertEqual(self.ask("search_cases", "bad")[0], 401)
        text = '{"code":"DAILY_LIMIT_EXCEEDED","limits":{"daily_limit_usd":10.00}}'
        self.stub.faults["authorize"] = [(429, text, {"Retry-After": "77"})]
        self.assertEqual(self.ask("search_cases"), (429, text.encode(), "77"))
        self.stub.faults["authorize"] = [(401, '{"code":"INVALID_API_KEY"}')]
        self.assertEqual(json.loads(self.ask("search_cases")[1])["code"], "BILLING_FAILED")
        self.stub.faults["authorize"] = [(503,), (503,)]
        status, body, retry_after = self.ask("search_cases")
        self.assertEqual((status, json.loads(body)["code"], retry_after), (503, "BILLING_UNAVAILABLE", "5"))
        self.assertEqual(self.ask("summarize_document")[0], 500)
        self.assertEqual(self.billing.drain(5), 0)
        self.assertEqual(self.stub.outcomes()[2:], ["void", "void"])

    def test_a_stream_that_can_not_be_charged_has_one_head(self):
        self.stub.faults["capture"] = [(409, '{"code":"HOLD_CLOSED"}')]
        status, body, _ = self.ask("deep_research/stream")
        self.assertEqual(status, 200)
        self.assertIn(b'"chunk":3', body)
        self.assertNotIn(b"HTTP/", body)
        self.assertNotIn(b"[DONE]", body)


if __name__ == "__main__":
    unittest.main()
