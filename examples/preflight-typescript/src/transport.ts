import { setTimeout as sleep } from "node:timers/promises";

import { Refused, Unavailable } from "./errors.js";
import { Fields } from "./json.js";

export type Verb = "authorize" | "capture" | "void" | "extend";

/** How long something is tried. */
export interface Patience {
    readonly attempts: number;
    readonly ms: number;
    /** Whether pauses are at least as long as `Retry-After` asks: for those whom nobody waits for. */
    readonly heedsRetryAfter: boolean;
    /** Ends the pauses, and with them the trying. */
    readonly stop?: AbortSignal;
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5_000;

/** One request at a time, and what its answer means. */
export class Transport {
    readonly #url: string;
    readonly #key: string;
    readonly #timeoutMs: number;

    constructor(url: string, key: string, timeoutMs: number) {
        this.#url = `${url.replace(/\/+$/, "")}/api/billing/preflight/`;
        this.#key = key;
        this.#timeoutMs = timeoutMs;
    }

    /** Asks once. `read` takes the answer apart; one that it can't read may have been anything. */
    async post<T>(verb: Verb, body: string, read: (answer: Fields, answeredAt: number) => T): Promise<T> {
        const { status, headers, text } = await this.#send(verb, body);
        const retryAfter = headers.get("retry-after") ?? undefined;
        // Limits concern authorize alone; to the others, 429 only says to slow down.
        const unsure = status >= 500 || status === 408 || (status === 429 && verb !== "authorize");
        if (unsure) {
            throw new Unavailable(`${verb} was answered with ${status}`, retryAfter);
        }
        if (status >= 400) {
            throw new Refused(status, text, retryAfter);
        }
        try {
            return read(new Fields(text), Date.parse(headers.get("date") ?? "") || Date.now());
        } catch (error) {
            throw new Unavailable(`the answer to ${verb} can't be read`, undefined, error);
        }
    }

    async #send(verb: Verb, body: string): Promise<{ status: number; headers: Headers; text: string }> {
        try {
            const response = await fetch(this.#url + verb, {
                method: "POST",
                headers: { authorization: `Bearer ${this.#key}`, "content-type": "application/json" },
                body,
                // The key goes nowhere else.
                redirect: "error",
                signal: AbortSignal.timeout(this.#timeoutMs),
            });
            return { status: response.status, headers: response.headers, text: await response.text() };
        } catch (error) {
            throw new Unavailable(`${verb} got no answer`, undefined, error);
        }
    }
}

/** Asks again, for as long as nobody knows the outcome and the patience lasts. The ids make repeats harmless. */
export async function repeat<T>(patience: Patience, attempt: () => Promise<T>): Promise<T> {
    const { attempts, ms, heedsRetryAfter, stop } = patience;
    const until = Date.now() + ms;
    for (let count = 1, pause = FIRST_PAUSE_MS; ; count += 1, pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
        try {
            return await attempt();
        } catch (error) {
            if (!(error instanceof Unavailable)) {
                throw error;
            }
            const asked = heedsRetryAfter ? (Number(error.retryAfter) || 0) * 1_000 : 0;
            const wait = Math.max(pause, asked) * (1 + Math.random() / 4);
            if (count >= attempts || Date.now() + wait >= until || stop?.aborted) {
                throw error;
            }
            await sleep(wait, undefined, stop ? { signal: stop } : {}).catch(() => {
                throw error;
            });
        }
    }
}
