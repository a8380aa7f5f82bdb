/** Against a real server with the sandbox's prices. It needs these variables; without them it fails. */
import assert from "node:assert/strict";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";

import { backend } from "../src/backend.js";
import { BillingClient, newHoldId, Refused } from "../src/client.js";
import { Fields } from "../src/json.js";
import { toMicros, toUsd } from "../src/money.js";

function needed(name: string): string {
    const value = process.env[name];
    assert.ok(value, `${name} is not set: see README.md`);
    return value;
}

let client: BillingClient;
let server: Server;
let tools: string;
let account: string;
let token: string;

before(async () => {
    [account, token] = [needed("BILLING_ACCOUNT"), needed("BILLING_TOKEN")];
    client = new BillingClient({ url: needed("BILLING_URL"), key: needed("BILLING_KEY") });
    const app = backend(client, (req) => {
        const caller = req.get("authorization")?.replace(/^Bearer /, "");
        return caller === token ? { account } : caller === "of a poor one" ? { account: poor } : undefined;
    });
    app.set("env", "test"); // Express prints no stacks.
    server = await new Promise<Server>((resolve) => {
        const listening: Server = app.listen(0, "127.0.0.1", () => resolve(listening));
    });
    tools = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/tools`;
});

after(async () => {
    server?.closeAllConnections();
    server?.close();
    assert.equal(await client?.drain(10_000), 0);
});

const poor = `poor-${newHoldId()}`;

function call(tool: string, body: unknown = {}, caller = token): Promise<Response> {
    const headers = { authorization: `Bearer ${caller}`, "content-type": "application/json" };
    return fetch(`${tools}/${tool}`, { method: "POST", headers, body: JSON.stringify(body) });
}

async function billing(path: string): Promise<string> {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${needed("BILLING_URL")}/api/billing/${path}`, { headers });
    assert.equal(response.status, 200);
    return response.text();
}

async function figure(name: string): Promise<bigint> {
    return toMicros(new Fields(await billing("balance")).usd(name));
}

/** What a call costs, once nothing of it is held any more. */
async function costs(run: () => Promise<void>): Promise<string> {
    const before = await figure("balance_usd");
    await run();
    for (const started = Date.now(); (await figure("available_usd")) !== (await figure("balance_usd")); ) {
        assert.ok(Date.now() - started < 20_000, "the hold does not end");
    }
    return toUsd(before - (await figure("balance_usd")));
}

interface Line {
    kind: string;
    operation: string;
}

async function newest(): Promise<Line> {
    const { transactions } = JSON.parse(await billing("history?limit=1")) as { transactions: Line[] };
    return transactions[0] as Line;
}

test("a tool costs its price", async () => {
    const cost = await costs(async () => {
        const response = await call("search_cases", { query: "a" });
        assert.equal(response.status, 200, await response.clone().text());
        assert.ok(response.headers.has("x-billing-hold"));
        await response.text();
        // It has been read to its end, so it is charged.
        assert.equal((await newest()).operation, "search_cases");
    });
    assert.equal(cost, "0.0125");
});

test("a stream costs what its chunks cost", async () => {
    const cost = await costs(async () => {
        const response = await call("deep_research/stream", { chunks: 3 });
        assert.match(await response.text(), /"left_usd":"0.97"[^]*\[DONE\]/);
    });
    assert.equal(cost, "0.03");
});

test("a client that leaves a stream pays what was metered", async () => {
    const cost = await costs(async () => {
        const response = await call("deep_research/stream", { chunks: 90 });
        const reader = response.body!.getReader();
        await reader.read();
        await reader.cancel();
    });
    assert.ok(toMicros(cost) >= 10_000n && toMicros(cost) < 900_000n, cost);
});

test("a tool that fails, and a free one, cost nothing", async () => {
    for (const [tool, status] of [["summarize_document", 500], ["list_documents", 200]] as const) {
        const cost = await costs(async () => assert.equal((await call(tool)).status, status));
        assert.equal(cost, "0.00", tool);
    }
});

test("who has no money is refused in billing's words", async () => {
    const response = await call("search_cases", {}, "of a poor one");
    const text = await response.text();
    assert.equal(response.status, 402, text);
    const refusal = new Fields(text);
    assert.equal(refusal.text("code"), "INSUFFICIENT_BALANCE");
    const balance = new Fields(refusal.raw("balance") ?? "");
    assert.equal(toMicros(balance.usd("required_usd")), 12_500n);
    assert.ok(refusal.text("topup_url"));
});

test("repeats change nothing", async () => {
    const cost = await costs(async () => {
        const asked = { holdId: newHoldId(), account, operation: "get_legislation", ttlSeconds: 60 };
        const [first, second] = [await client.authorize(asked), await client.authorize(asked)];
        assert.deepEqual([second.amountUsd, second.breakdown], [first.amountUsd, first.breakdown]);
        assert.ok((await client.extend({ ...asked, ttlSeconds: 120 })) > first.lifeMs);
        const capture = { ...asked, amountUsd: "0.0017", breakdown: first.breakdown };
        assert.equal((await client.capture(capture)).chargedUsd, "0.0017");
        assert.equal((await client.capture(capture)).chargedUsd, "0.0017");
    });
    assert.equal(cost, "0.0017");
});

test("a hold that was voided can't be captured", async () => {
    const hold = { holdId: newHoldId(), account };
    await client.authorize({ ...hold, operation: "search_cases" });
    await client.void(hold);
    await client.void(hold);
    await assert.rejects(client.capture({ ...hold, amountUsd: "0.01" }), (error) => {
        return error instanceof Refused && error.status === 409 && error.code === "HOLD_CLOSED";
    });
});

test("unknown operations and wrong keys are refused", async () => {
    const asked = { holdId: newHoldId(), account, operation: "no_such_tool" };
    await assert.rejects(client.authorize(asked), (error) => {
        return error instanceof Refused && error.status === 404 && error.code === "UNKNOWN_OPERATION";
    });
    const stranger = new BillingClient({ url: needed("BILLING_URL"), key: "bk_wrong", log: () => {} });
    await assert.rejects(stranger.authorize({ ...asked, operation: "search_cases" }), (error) => {
        return error instanceof Refused && error.status === 401;
    });
});
