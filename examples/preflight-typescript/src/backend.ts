import { setTimeout as sleep } from "node:timers/promises";

import express, { type Express, type RequestHandler } from "express";

import { accountOf, authenticated, isMachine, type Authenticate } from "./auth.js";
import type { BillingClient } from "./client.js";
import { charge, meterOf } from "./express.js";

/** What one chunk of the streaming tool costs. */
const CHUNK_USD = "0.01";

/** A small tool backend: each tool is paid for at its price, by who is signed in. */
export function backend(client: BillingClient, authenticate: Authenticate): Express {
    const paid = (operation: string): RequestHandler =>
        charge(client, {
            account: accountOf,
            operation: () => operation,
            arguments: (req) => req.body as unknown,
            exempt: isMachine,
        });
    const app = express();
    app.disable("x-powered-by");
    app.use(express.json(), authenticated(authenticate));

    app.post("/api/tools/list_documents", paid("list_documents"), (_req, res) => {
        res.json({ documents: [] });
    });

    // Costs its price.
    app.post("/api/tools/search_cases", paid("search_cases"), (_req, res) => {
        res.json({ cases: ["Marbury v. Madison"] });
    });

    // Fails, and costs nothing.
    app.post("/api/tools/summarize_document", paid("summarize_document"), () => {
        throw new Error("the document can't be read");
    });

    // Costs what its chunks cost, and stops when the hold is used up, or nobody listens any more.
    app.post("/api/tools/deep_research/stream", paid("deep_research"), async (req, res) => {
        const { chunks = 3 } = (req.body ?? {}) as { chunks?: number };
        const meter = meterOf(res);
        res.type("text/event-stream").flushHeaders();
        for (let chunk = 1; chunk <= chunks && meter.covers(CHUNK_USD) && !res.destroyed; chunk += 1) {
            await sleep(20); // The work.
            meter.add(CHUNK_USD);
            res.write(`data: ${JSON.stringify({ chunk, left_usd: meter.remaining() })}\n\n`);
        }
        res.end("data: [DONE]\n\n");
    });
    return app;
}
