import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import { byTokenOrKey } from "./auth.js";
import { backend } from "./backend.js";
import { BillingClient } from "./client.js";

/** How long calls and captures may take to end at the shutdown. */
const DRAIN_MS = 20_000;
/** How long what was charged may take to leave after that. */
const GRACE_MS = 5_000;

function needed(name: string): string {
    const value = process.env[name];
    if (!value) {
        throw new Error(`${name} is not set`);
    }
    return value;
}

const client = new BillingClient({ url: needed("BILLING_URL"), key: needed("BILLING_KEY") });
const machineKeys = (process.env["MACHINE_KEYS"] ?? "").split(",").filter((key) => key !== "");
const app = backend(client, byTokenOrKey(needed("JWT_SECRET"), machineKeys));

const server = app.listen(Number(process.env["PORT"] ?? 3000), "127.0.0.1", (error?: Error) => {
    if (error !== undefined) {
        throw error;
    }
    console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});

/** Calls under way end and are settled first. */
async function shutDown(): Promise<void> {
    const closed = new Promise((resolve) => server.close(resolve));
    const unsettled = await client.drain(DRAIN_MS);
    server.closeIdleConnections();
    await Promise.race([closed, sleep(GRACE_MS)]);
    process.exit(unsettled === 0 ? 0 : 1);
}

process.once("SIGTERM", () => void shutDown());
process.once("SIGINT", () => void shutDown());
