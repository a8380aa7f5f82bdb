import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { newHoldId, Refused, Unavailable, type BillingClient } from "../../src/client.js";
import { eventually, Stub } from "../support/stub.js";

let stub: Stub;
beforeEach(async () => void (stub = await new Stub().start()));
afterEach(() => stub.stop());

const request = (holdId = newHoldId()) => ({ holdId, account: "user-1", operation: "search_cases" });
const QUICK = { timeoutMs: 200, attempts: 2 };

async function held(client: BillingClient) {
    const { holdId, breakdown } = await client.authorize(request());
    return { holdId, account: "user-1", amountUsd: "0.50", breakdown };
}

test("a call is held and captured", async () => {
    const client = stub.client();
    const authorization = await client.authorize({
        ...request(),
        arguments: { query: "x" },
        amountUsd: "0.75",
        ttlSeconds: 60,
    });
    assert.deepEqual([authorization.amountUsd, authorization.availableUsd], ["0.75", "9.50"]);
    assert.ok(authorization.lifeMs > 500_000 && authorization.lifeMs <= 600_000);
    const { holdId, breakdown } = authorization;
    const captured = await client.capture({ holdId, account: "user-1", amountUsd: "0.0125", breakdown });
    assert.deepEqual(captured, { chargedUsd: "0.0125", uncollectedUsd: "0.00", balanceUsd: "9.5000", late: false });
    const [authorize, capture] = stub.calls;
    assert.deepEqual(authorize?.body, {
        hold_id: holdId,
        account: "user-1",
        operation: "search_cases",
        arguments: { query: "x" },
        amount_usd: "0.75",
        ttl_seconds: 60,
    });
    assert.equal(authorize?.headers.authorization, "Bearer bk_test");
    assert.equal(
        capture?.text,
        `{"hold_id":"${holdId}","account":"user-1","amount_usd":"0.0125","breakdown":${stub.breakdown}}`,
    );
    assert.equal(await client.drain(0), 0);
});

test("a free call holds nothing", async () => {
    stub.free = true;
    const client = stub.client();
    assert.equal((await client.authorize(request())).free, true);
    assert.equal(await client.drain(0), 0);
});

test("every repeat has the same id", async () => {
    stub.fail("authorize", "lost", "hangs", { status: 503, headers: { "retry-after": "5" } });
    stub.fail("capture", { status: 502, text: "<html>" }, "lost", { status: 200, text: '{"charged_usd"' });
    stub.fail("extend", "lost");
    stub.fail("void", { status: 500 }, { status: 429 });
    const client = stub.client({ timeoutMs: 200 });
    const hold = await held(client);
    await client.extend(hold);
    await client.capture(hold);
    const other = await held(client);
    await client.void(other);
    const counts = ["authorize", "capture", "extend", "void"].map((verb) => stub.of(verb).length);
    assert.deepEqual(counts, [5, 4, 2, 3]);
    assert.equal(new Set(stub.calls.map((call) => call.body["hold_id"])).size, 2);
    assert.equal(new Set(stub.of("capture").map((call) => call.text)).size, 1);
    assert.deepEqual([...stub.holds.values()], ["0.50", "void"]);
    assert.equal(await client.drain(0), 0);
});

test("an authorize of unknown outcome fails and is voided in the background", async () => {
    for (const fault of ["lost", "hangs", { status: 503, headers: { "retry-after": "7" } }] as const) {
        stub.fail("authorize", fault, fault);
        const client = stub.client(QUICK);
        const asked = request();
        const told = typeof fault === "object" ? "7" : undefined;
        await assert.rejects(client.authorize(asked), (error) => {
            return error instanceof Unavailable && error.retryAfter === told;
        });
        assert.equal(await client.drain(5_000), 0);
        assert.equal(stub.holds.get(asked.holdId), "void");
    }
});

test("a refusal is told as it came, and only once asked for", async () => {
    const text = '{"error":"Insufficient balance","code":"INSUFFICIENT_BALANCE","balance":{"current_usd":0.2500}}';
    stub.fail("authorize", { status: 402, text, headers: { "retry-after": "9" } });
    const client = stub.client();
    await assert.rejects(client.authorize(request()), (error) => {
        assert.ok(error instanceof Refused);
        assert.deepEqual(
            [error.status, error.code, error.body, error.retryAfter],
            [402, "INSUFFICIENT_BALANCE", text, "9"],
        );
        return true;
    });
    assert.equal(await client.drain(0), 0);
    assert.deepEqual(stub.calls.map((call) => call.verb), ["authorize"]);
});

test("a refusal after a lost answer leaves no hold behind", async () => {
    stub.fail("authorize", "lost", { status: 401, text: '{"code":"INVALID_API_KEY"}' });
    const client = stub.client();
    await assert.rejects(client.authorize(request()), Refused);
    assert.equal(await client.drain(5_000), 0);
    assert.equal(stub.outcome(), "void");
});

test("a free answer after a lost one leaves no hold behind", async () => {
    const asked = request();
    const text = `{"hold_id":"${asked.holdId}","free":true,"amount_usd":0.00,"expires_at":null,"breakdown":null}`;
    stub.fail("authorize", "lost", { status: 200, text });
    const client = stub.client();
    assert.equal((await client.authorize(asked)).free, true);
    assert.equal(await client.drain(5_000), 0);
    assert.equal(stub.outcome(), "void");
});

test("captures and voids of unknown outcome go on in the background", async () => {
    const client = stub.client(QUICK);
    const [first, second] = [await held(client), await held(client)];
    stub.fail("capture", ...Array.from({ length: 4 }, () => "lost" as const));
    stub.fail("void", ...Array.from({ length: 4 }, () => ({ status: 503 })));
    await assert.rejects(client.capture(first), Unavailable);
    await assert.rejects(client.void(second), Unavailable);
    assert.equal(await client.drain(10_000), 0);
    assert.deepEqual([...stub.holds.values()], ["0.50", "void"]);
    assert.equal(new Set(stub.of("capture").map((call) => call.text)).size, 1);
});

test("a settlement that is refused is logged and given up", async () => {
    const client = stub.client();
    const hold = await held(client);
    stub.fail("capture", { status: 409, text: '{"code":"HOLD_CLOSED"}' });
    client.settleLater(hold);
    assert.equal(await client.drain(5_000), 0);
    assert.match(stub.log.join(), new RegExp(`${hold.holdId}.*0.50 USD.*not settled`));
});

test("a capture waits while the key is refused, and that is logged once", async () => {
    for (const [status, code] of [[401, "INVALID_API_KEY"], [403, "MISSING_SCOPE"]] as const) {
        const client = stub.client(QUICK);
        const [first, second] = [await held(client), await held(client)];
        stub.fail("capture", ...Array.from({ length: 5 }, () => ({ status, text: `{"code":"${code}"}` })));
        await assert.rejects(client.capture(first), Unavailable);
        client.settleLater({ ...second, amountUsd: "0.20" });
        assert.equal(await client.drain(10_000), 0);
        assert.deepEqual([...stub.holds.values()], ["0.50", "0.20"]);
        assert.match(stub.log.join("\n"), new RegExp(`^our key is refused.*${first.holdId}.*$`));
        stub.holds.clear();
        stub.log.length = 0;
    }
});

test("a capture that is forbidden otherwise is given up", async () => {
    const client = stub.client();
    const hold = await held(client);
    stub.fail("capture", { status: 403, text: '{"code":"ACCOUNT_BLOCKED"}' });
    await assert.rejects(client.capture(hold), Refused);
    assert.equal(await client.drain(0), 0);
    assert.equal(stub.of("capture").length, 1);
});

test("draining waits for the calls that still run, and lets none in", async () => {
    const client = stub.client();
    const hold = await held(client);
    const drained = client.drain(20_000);
    await assert.rejects(client.authorize(request()), Unavailable);
    await client.capture(hold);
    assert.equal(await drained, 0);
    assert.equal(stub.of("authorize").length, 1);
});

test("draining ends when its time is up, and tells what is left", async () => {
    const client = stub.client(QUICK);
    const [queued, running] = [await held(client), await held(client)];
    stub.fail("void", ...Array.from({ length: 50 }, () => ({ status: 503, headers: { "retry-after": "60" } })));
    client.settleLater({ holdId: queued.holdId, account: queued.account });
    assert.equal(await client.drain(100), 2);
    await eventually("the log", () => stub.log.some((line) => line.includes(queued.holdId)));
    assert.equal(stub.holds.get(running.holdId), "open");
});

test("no more calls get in than can be settled", async () => {
    const client = stub.client({ places: 1 });
    const hold = await held(client);
    await assert.rejects(client.authorize(request()), Unavailable);
    await client.capture(hold);
    await client.void(await held(client));
});

test("an inexact amount is not sent", async () => {
    const client = stub.client();
    await assert.rejects(client.authorize({ ...request(), amountUsd: 0.1 as unknown as string }), TypeError);
    await assert.rejects(client.authorize({ ...request(), amountUsd: "0.1234567" }), RangeError);
    assert.equal(stub.calls.length, 0);
    assert.equal(await client.drain(0), 0);
});
