import assert from "node:assert/strict";
import { request as ask, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { afterEach, beforeEach, test } from "node:test";

import express, { type Request, type RequestHandler } from "express";

import { charge, meterOf, type ChargeOptions } from "../../src/express.js";
import type { BillingClient, ClientOptions } from "../../src/client.js";
import { eventually, Stub, type Fault } from "../support/stub.js";

let stub: Stub;
let servers: Server[];
beforeEach(async () => {
    stub = await new Stub().start();
    servers = [];
});
afterEach(async () => {
    servers.forEach((server) => server.closeAllConnections());
    servers.forEach((server) => server.close());
    await stub.stop();
});

const OPTIONS: ChargeOptions = { account: () => "user-1", operation: () => "search_cases" };

/** Serves one paid handler; answers its URL. */
async function serve(
    handler: RequestHandler,
    options: Partial<ChargeOptions> = {},
    client: Partial<ClientOptions> = {},
    before: RequestHandler[] = [],
): Promise<{ url: string; client: BillingClient }> {
    const billing = stub.client({ timeoutMs: 500, attempts: 2, ...client });
    const app = express();
    app.set("env", "test"); // Express prints no stacks.
    app.all("/call", ...before, charge(billing, { ...OPTIONS, ...options }), handler);
    const server = await new Promise<Server>((resolve) => {
        const listening: Server = app.listen(0, "127.0.0.1", () => resolve(listening));
    });
    servers.push(server);
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/call`, client: billing };
}

/** What one call costs: `void`, or the amount that was captured. */
async function cost(handler: RequestHandler, method = "POST"): Promise<string | undefined> {
    const { url } = await serve(handler);
    const response = await fetch(url, { method });
    await response.text().catch(() => {});
    await eventually("the end of the hold", () => stub.outcome() !== "open");
    const outcome = stub.outcome();
    stub.holds.clear();
    return outcome;
}

test("an answer that was read to its end is charged its estimate, with its breakdown", async () => {
    const { url } = await serve((_req, res) => void res.json({ found: 1 }));
    const response = await fetch(url, { method: "POST" });
    assert.equal(await response.text(), '{"found":1}');
    assert.equal(stub.outcome(), "0.50");
    assert.ok(stub.of("capture")[0]?.text.endsWith(`"amount_usd":"0.50","breakdown":${stub.breakdown}}`));
    assert.equal(response.headers.get("x-billing-hold"), stub.calls[0]?.body["hold_id"]);
    assert.equal(response.headers.get("x-billing-held"), "0.50");
    assert.equal(response.headers.get("x-billing-available"), "9.50");
});

test("the meter decides what a delivered call costs", async () => {
    const metered = await cost((_req, res) => {
        meterOf(res).add("0.10");
        meterOf(res).add("0.15");
        res.json({});
    });
    assert.equal(metered, "0.25");
    assert.equal(stub.of("capture")[0]?.body["breakdown"], undefined);
    const nothing = await cost((_req, res) => {
        meterOf(res).record("0");
        res.sendStatus(204);
    });
    assert.equal(nothing, "0.00");
});

test("other answers, HEAD and OPTIONS are free unless metered", async () => {
    for (const status of [301, 304, 400, 404, 500, 503]) {
        assert.equal(await cost((_req, res) => void res.status(status).send("sorry")), "void", String(status));
    }
    for (const method of ["HEAD", "OPTIONS"]) {
        assert.equal(await cost((_req, res) => void res.send("hello"), method), "void", method);
        const metered: RequestHandler = (_req, res) => {
            meterOf(res).record("0.40");
            res.send("hello");
        };
        assert.equal(await cost(metered, method), "0.40", method);
    }
});

test("a handler that fails is free unless metered", async () => {
    for (const [metered, expected] of [["0", "void"], ["0.40", "0.40"]] as const) {
        for (const fails of [
            () => {
                throw new Error("broken");
            },
            async () => Promise.reject(new Error("broken")),
        ]) {
            const outcome = await cost((_req, res) => {
                meterOf(res).record(metered);
                return fails();
            });
            assert.equal(outcome, expected);
        }
    }
});

test("a response that breaks off by our fault is free unless metered", async () => {
    const faults: RequestHandler[] = [
        (_req, res) => {
            res.write("he");
            throw new Error("broken");
        },
        (_req, res) => {
            res.write("he", () => res.destroy(new Error("broken")));
        },
        async (_req, res) => {
            const source = Readable.from((async function* () {
                yield "he";
                throw Object.assign(new Error("an upstream has gone"), { code: "ECONNRESET" });
            })());
            await pipeline(source, res).catch(() => {});
        },
    ];
    for (const fault of faults) {
        assert.equal(await cost(fault), "void");
        const metered = await cost((req, res, next) => {
            meterOf(res).record("0.40");
            return fault(req, res, next);
        });
        assert.equal(metered, "0.40");
    }
});

/** Starts a call and leaves: before the head, or after the first bytes of the body. */
function callAndLeave(url: string, after: "asking" | "first bytes", how: "end" | "reset" = "reset"): void {
    const call = ask(url, { method: "POST", agent: false });
    const leave = (): void => {
        if (how === "end") {
            call.socket?.end();
        } else {
            call.socket?.resetAndDestroy();
        }
    };
    call.on("error", () => {}).on("response", (answer: IncomingMessage) => {
        answer.on("error", () => {}).once("data", leave);
    });
    call.end();
    if (after === "asking") {
        void eventually("the hold", () => stub.holds.size > 0).then(leave);
    }
}

test("a client that leaves after the head pays the metered cost, else the estimate", async () => {
    for (const how of ["end", "reset"] as const) {
        for (const [metered, expected] of [[undefined, "0.50"], ["0.07", "0.07"]] as const) {
            const { url } = await serve((_req, res) => {
                if (metered !== undefined) {
                    meterOf(res).record(metered);
                }
                res.write("data: 1\n\n"); // The rest never comes.
            });
            callAndLeave(url, "first bytes", how);
            await eventually("the end of the hold", () => !["", "open"].includes(stub.outcome() ?? ""));
            assert.equal(stub.outcome(), expected, how);
            stub.holds.clear();
        }
    }
});

test("a client that leaves before the head pays what is metered, else nothing", async () => {
    for (const [metered, expected] of [[undefined, "void"], ["0.07", "0.07"]] as const) {
        const { url } = await serve((_req, res) => {
            if (metered !== undefined) {
                meterOf(res).record(metered);
            }
        });
        callAndLeave(url, "asking");
        await eventually("the end of the hold", () => !["", "open"].includes(stub.outcome() ?? ""));
        assert.equal(stub.outcome(), expected);
        stub.holds.clear();
    }
});

test("a client that leaves while its money is held does not run the call", async () => {
    stub.fail("authorize", "hangs");
    let ran = false;
    const { url, client } = await serve(() => void (ran = true));
    const call = ask(url, { method: "POST", agent: false }).on("error", () => {});
    call.end();
    await eventually("the authorize", () => stub.of("authorize").length === 1);
    call.destroy();
    await eventually("the void", () => stub.outcome() === "void");
    assert.equal(await client.drain(5_000), 0);
    assert.equal(ran, false);
});

test("the last byte waits for the capture", async () => {
    const handlers: RequestHandler[] = [
        (_req, res) => void res.json({ found: 1 }),
        (_req, res) => {
            res.write("0123456789");
            res.end();
        },
        // With a length, the client would not wait for the end.
        (_req, res) => {
            res.writeHead(200, { "Content-Length": 10 });
            res.write("0123456789");
            res.end();
        },
        (_req, res) => {
            res.writeHead(200, ["content-length", "10", "X-Other", "1"] as never);
            res.end("0123456789");
        },
        (_req, res) => void res.status(204).end(),
    ];
    for (const handler of handlers) {
        stub.fail("capture", "hangs");
        const { url } = await serve(handler);
        let read = false;
        const done = fetch(url, { method: "POST" }).then((response) => response.text()).then(() => (read = true));
        await eventually("the capture", () => stub.of("capture").length > 0);
        assert.equal(read, false);
        await done;
        assert.equal(stub.outcome(), "0.50");
        stub.holds.clear();
        stub.calls.length = 0;
    }
});

test("what comes after the end does not change the answer", async () => {
    const { url } = await serve((_req, res) => {
        res.json({ found: 1 });
        throw new Error("too late");
    });
    const response = await fetch(url, { method: "POST" }).catch(() => undefined);
    assert.ok(response === undefined || response.status === 200);
    await eventually("the capture", () => stub.outcome() === "0.50");
    assert.equal(stub.of("void").length, 0);
});

test("what a call is given may set its price", async () => {
    const body = { query: "їжак", limit: 3 };
    const options = { arguments: (req: Request) => req.body as unknown };
    const { url } = await serve((_req, res) => void res.json({}), options, {}, [express.json()]);
    const headers = { "content-type": "application/json" };
    await (await fetch(url, { method: "POST", headers, body: JSON.stringify(body) })).text();
    assert.deepEqual(stub.of("authorize")[0]?.body["arguments"], body);
    assert.match(stub.of("authorize")[0]?.text ?? "", /"query":"їжак"/);
});

test("a capture of unknown outcome lets the answer end and goes on", async () => {
    const { url, client } = await serve((_req, res) => void res.json({ found: 1 }));
    stub.fail("capture", { status: 503 }, { status: 503 }, { status: 503 });
    const response = await fetch(url, { method: "POST" });
    assert.equal(await response.text(), '{"found":1}');
    assert.equal(stub.outcome(), "open");
    assert.equal(await client.drain(5_000), 0);
    assert.equal(stub.outcome(), "0.50");
});

test("an answer that can't be charged is not given", async () => {
    const closed: Fault = { status: 409, text: '{"code":"HOLD_CLOSED"}' };
    const whole = await serve((_req, res) => void res.json({ secret: 1 }));
    stub.fail("capture", closed);
    const response = await fetch(whole.url, { method: "POST" });
    assert.equal(response.status, 500);
    assert.equal(((await response.json()) as { code: string }).code, "BILLING_FAILED");

    const stream = await serve((_req, res) => {
        res.write("data: 1\n\n");
        res.end();
    });
    stub.fail("capture", closed);
    const streamed = await fetch(stream.url, { method: "POST" });
    await assert.rejects(streamed.text());
});

test("a refusal reaches the caller as it is", async () => {
    const { url } = await serve(() => assert.fail("the call must not run"));
    const text = '{"error":"x","code":"DAILY_LIMIT_EXCEEDED","limits":{"daily_limit_usd":10.00}}';
    for (const status of [402, 403, 404, 409, 429]) {
        stub.fail("authorize", { status, text, headers: { "retry-after": "77" } });
        const response = await fetch(url, { method: "POST" });
        assert.deepEqual(
            [response.status, await response.text(), response.headers.get("retry-after")],
            [status, text, "77"],
        );
    }
});

test("a fault of our key is not told as one of the caller's", async () => {
    const { url } = await serve(() => assert.fail("the call must not run"));
    for (const [status, code] of [[401, "INVALID_API_KEY"], [403, "MISSING_SCOPE"]] as const) {
        stub.fail("authorize", { status, text: `{"code":"${code}"}` });
        const response = await fetch(url, { method: "POST" });
        assert.equal(response.status, 500);
        assert.equal(((await response.json()) as { code: string }).code, "BILLING_FAILED");
    }
});

test("while billing is out of reach, paid calls are refused", async () => {
    const { url, client } = await serve(() => assert.fail("the call must not run"));
    stub.fail("authorize", "lost", "lost");
    const response = await fetch(url, { method: "POST" });
    assert.deepEqual([response.status, response.headers.get("retry-after")], [503, "5"]);
    assert.equal(((await response.json()) as { code: string }).code, "BILLING_UNAVAILABLE");
    assert.equal(await client.drain(5_000), 0);
    assert.equal(stub.outcome(), "void");
});

test("exempt and free calls run unbilled", async () => {
    const handler: RequestHandler = (_req, res) => {
        meterOf(res).add("1");
        res.json({ left: meterOf(res).remaining() ?? null });
    };
    const exempt = await serve(handler, { exempt: (req: Request) => req.get("x-api-key") === "machine" });
    const response = await fetch(exempt.url, { method: "POST", headers: { "x-api-key": "machine" } });
    assert.equal(await response.text(), '{"left":null}');
    assert.equal(stub.calls.length, 0);

    stub.free = true;
    const free = await serve(handler);
    assert.equal((await fetch(free.url, { method: "POST" })).status, 200);
    assert.deepEqual(stub.calls.map((call) => call.verb), ["authorize"]);
});

test("a call that is only observed runs without a bound", async () => {
    stub.wouldRefuse = '"insufficient_funds"';
    const { url } = await serve((_req, res) => void res.json({ left: meterOf(res).remaining() ?? null }));
    assert.equal(await (await fetch(url, { method: "POST" })).text(), '{"left":null}');
    assert.equal(stub.outcome(), "0.50");
});

test("nobody who pays is 401, and a header names nobody", async () => {
    const { url } = await serve(() => assert.fail("the call must not run"), { account: () => undefined });
    const response = await fetch(url, { method: "POST", headers: { "x-account": "user-1", "x-user-id": "user-1" } });
    assert.equal(response.status, 401);
    assert.equal(stub.calls.length, 0);
});

test("a call that outlives its hold extends it at half of its life", async () => {
    stub.ttlMs = 1_600;
    const { url } = await serve(async (_req, res) => {
        res.write("data: 1\n\n");
        stub.fail("extend", "lost");
        await eventually("the extensions", () => stub.of("extend").length >= 3);
        res.end();
    }, { ttlSeconds: 2 });
    await (await fetch(url, { method: "POST" })).text();
    assert.equal(stub.outcome(), "0.50");
    assert.equal(new Set(stub.calls.map((call) => call.body["hold_id"])).size, 1);
    assert.equal(stub.of("extend")[0]?.body["ttl_seconds"], 2);
});

test("a hold that can't be extended is not asked about again", async () => {
    stub.ttlMs = 1_200;
    stub.fail("extend", { status: 409, text: '{"code":"HOLD_CLOSED"}' });
    const { url } = await serve(async (_req, res) => {
        await eventually("the refusal", () => stub.log.length > 0);
        res.json({});
    });
    assert.equal((await fetch(url, { method: "POST" })).status, 200);
    assert.equal(stub.of("extend").length, 1);
});
