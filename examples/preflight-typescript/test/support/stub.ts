import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { BillingClient, type ClientOptions } from "../../src/client.js";

export interface Call {
    readonly verb: string;
    readonly text: string;
    readonly body: Record<string, unknown>;
    readonly headers: IncomingMessage["headers"];
}

/** What the next call of a verb meets, instead of a plain answer. */
export type Fault =
    | "lost" // done, and the connection breaks before the answer
    | "hangs" // no answer ever
    | { status: number; text?: string; headers?: Record<string, string> };

/** Stands for billing: grants everything, keeps how each hold ended, and fails as it is told. */
export class Stub {
    readonly calls: Call[] = [];
    /** `open`, `void`, or the amount that was captured. */
    readonly holds = new Map<string, string>();
    readonly #faults = new Map<string, Fault[]>();
    readonly #clients: BillingClient[] = [];
    readonly #server = createServer((req, res) => void this.#serve(req, res));
    /** The log of the clients. */
    readonly log: string[] = [];
    amount = "0.50";
    breakdown = '{"base":0.4000000000000000001,"tier":"startup"}';
    free = false;
    wouldRefuse = "null";
    ttlMs = 600_000;

    async start(): Promise<this> {
        await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
        return this;
    }

    async stop(): Promise<void> {
        await Promise.all(this.#clients.map((client) => client.drain(0)));
        this.#server.closeAllConnections();
        this.#server.close();
    }

    client(options: Partial<ClientOptions> = {}): BillingClient {
        const { port } = this.#server.address() as AddressInfo;
        const log = (message: string): void => void this.log.push(message);
        const client = new BillingClient({ url: `http://127.0.0.1:${port}/`, key: "bk_test", log, ...options });
        this.#clients.push(client);
        return client;
    }

    /** Lets the next calls of a verb meet these faults, one each. */
    fail(verb: string, ...faults: Fault[]): void {
        this.#faults.set(verb, faults);
    }

    of(verb: string): Call[] {
        return this.calls.filter((call) => call.verb === verb);
    }

    /** How the only hold stands. */
    outcome(): string | undefined {
        return [...this.holds.values()].join();
    }

    async #serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
        const verb = req.url?.replace("/api/billing/preflight/", "") ?? "";
        let text = "";
        for await (const chunk of req) {
            text += String(chunk);
        }
        const body = JSON.parse(text) as Record<string, unknown>;
        this.calls.push({ verb, text, body, headers: req.headers });
        const fault = this.#faults.get(verb)?.shift();
        if (fault === "hangs") {
            return;
        }
        if (typeof fault === "object") {
            res.writeHead(fault.status, fault.headers).end(fault.text ?? "");
            return;
        }
        const answer = this.#answer(verb, body);
        if (fault === "lost") {
            req.socket.destroy();
            return;
        }
        res.writeHead(200, { "content-type": "application/json" }).end(answer);
    }

    #answer(verb: string, body: Record<string, unknown>): string {
        const id = String(body["hold_id"]);
        const amount = String(body["amount_usd"] ?? this.amount);
        const expires = new Date(Date.now() + this.ttlMs).toISOString();
        const head = `{"hold_id":"${id}"`;
        switch (verb) {
            case "authorize":
                if (this.free) {
                    return `${head},"free":true,"amount_usd":0.00,"expires_at":null,"breakdown":null}`;
                }
                this.holds.set(id, "open");
                return `${head},"free":false,"amount_usd":${amount},"held_usd":${amount},"available_usd":9.50,
                    "expires_at":"${expires}","breakdown":${this.breakdown},"would_refuse":${this.wouldRefuse}}`;
            case "capture":
                this.holds.set(id, amount);
                return `${head},"charged_usd":${amount},"uncollected_usd":0.00,"balance_usd":9.5000,"late":false}`;
            case "extend":
                return `${head},"held_usd":0.50,"available_usd":9.50,"expires_at":"${expires}"}`;
            default:
                this.holds.set(id, "void");
                return `${head}}`;
        }
    }
}

/** Waits until something is so. */
export async function eventually(what: string, condition: () => boolean): Promise<void> {
    for (const started = Date.now(); !condition(); ) {
        if (Date.now() - started > 20_000) {
            throw new Error(`${what} did not happen`);
        }
        await new Promise((resolve) => setTimeout(resolve, 5));
    }
}
