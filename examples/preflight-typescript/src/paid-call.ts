import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";

import { Meter, Refused, type Authorization, type BillingClient, type Settlement } from "./client.js";
import { toMicros } from "./money.js";
import { answerRefusal } from "./refusal.js";

/** What a client's leaving looks like on its connection. */
const LEFT = new Set(["ECONNRESET", "EPIPE", "ECONNABORTED", "ETIMEDOUT"]);
/** Holds are not extended more often than this. */
const SHORTEST_HALF_MS = 100;

/**
 * One call that money is held for: settles its hold exactly once, by how the response ends.
 *
 * | The call | costs |
 * |---|---|
 * | answers 2xx, and its response ends or its client has gone | what the meter says, else the estimate |
 * | answers 2xx, and its response breaks off by our fault | what the meter says, else nothing |
 * | answers anything else, or is `HEAD` or `OPTIONS`, or its client goes before the head | the same |
 */
export class PaidCall {
    readonly meter: Meter;
    readonly #client: BillingClient;
    readonly #account: string;
    readonly #authorization: Authorization;
    readonly #req: IncomingMessage;
    readonly #res: ServerResponse;
    readonly #ttlSeconds: number | undefined;
    #clientHasLeft = false;
    #settled = false;
    #extending: NodeJS.Timeout | undefined;

    constructor(
        client: BillingClient,
        account: string,
        authorization: Authorization,
        req: IncomingMessage,
        res: ServerResponse,
        ttlSeconds: number | undefined,
    ) {
        this.meter = new Meter(authorization.wouldRefuse ? undefined : authorization.amountUsd);
        this.#client = client;
        this.#account = account;
        this.#authorization = authorization;
        this.#req = req;
        this.#res = res;
        this.#ttlSeconds = ttlSeconds;
        res.setHeader("X-Billing-Hold", authorization.holdId);
        res.setHeader("X-Billing-Held", authorization.heldUsd);
        res.setHeader("X-Billing-Available", authorization.availableUsd ?? "");
        this.#wrapHead();
        this.#wrapEnd();
        this.#watch();
        this.#extendAtHalf(authorization.lifeMs);
    }

    /** A length in the head would let the client stop reading before the end, which waits for the capture. */
    #wrapHead(): void {
        const res = this.#res;
        const writeHead = res.writeHead.bind(res) as (...args: unknown[]) => ServerResponse;
        const strip = (...args: unknown[]): ServerResponse => {
            if (this.#settled || this.#req.method === "HEAD") {
                return writeHead(...args);
            }
            res.removeHeader("Content-Length");
            return writeHead(...args.map((arg) => (typeof arg === "object" ? withoutLength(arg) : arg)));
        };
        res.writeHead = strip as typeof res.writeHead;
    }

    #wrapEnd(): void {
        const res = this.#res;
        const end = res.end.bind(res) as (...args: unknown[]) => ServerResponse;
        const settle = (...args: unknown[]): ServerResponse => {
            if (!this.#settled) {
                const settlement = this.#settle(this.#delivers());
                const { amountUsd } = settlement;
                if (amountUsd === undefined) {
                    this.#client.settleLater(settlement);
                    return end(...args);
                }
                void this.#captureThen({ ...settlement, amountUsd }, () => end(...args));
                return res;
            }
            // The end is on its way already; a second one is nobody's.
            return Object.hasOwn(res, "writableEnded") ? res : end(...args);
        };
        res.end = settle as typeof res.end;
    }

    async #captureThen(capture: Settlement & { amountUsd: string }, end: () => void): Promise<void> {
        const res = this.#res;
        // Meanwhile the answer counts as given: whatever fails now must not write another one over it.
        const given = { value: true, configurable: true };
        const headIsOut = res.headersSent;
        Object.defineProperties(res, { headersSent: given, writableEnded: given });
        const error = await this.#client.capture(capture).then(() => undefined, (why: unknown) => why);
        Reflect.deleteProperty(res, "headersSent");
        Reflect.deleteProperty(res, "writableEnded");
        if (!(error instanceof Refused)) {
            // Done, or going on in the background while the money stays held.
            return end();
        }
        this.#client.log(`hold ${capture.holdId} of account ${capture.account} can't be captured`, error);
        // Nobody takes an uncharged answer for a whole one.
        if (headIsOut) {
            res.destroy();
        } else {
            answerRefusal(res, "uncharged");
        }
    }

    #watch(): void {
        const { socket } = this.#req;
        const leave = (error?: NodeJS.ErrnoException): void => {
            this.#clientHasLeft ||= error === undefined || LEFT.has(error.code ?? "");
        };
        socket.once("end", leave).once("error", leave);
        this.#res.once("close", () => {
            socket.off("end", leave).off("error", leave);
            if (!this.#settled) {
                const whole = this.#clientHasLeft && !this.#res.errored;
                this.#client.settleLater(this.#settle(this.#res.headersSent && this.#delivers() && whole));
            }
        });
    }

    /** Whether the call has delivered what is paid for, as far as its head tells. */
    #delivers(): boolean {
        const { method } = this.#req;
        const { statusCode } = this.#res;
        return method !== "HEAD" && method !== "OPTIONS" && statusCode >= 200 && statusCode < 300;
    }

    #settle(delivered: boolean): Settlement {
        this.#settled = true;
        clearTimeout(this.#extending);
        const { holdId, amountUsd, breakdown } = this.#authorization;
        const hold = { holdId, account: this.#account };
        const cost = this.meter.reading();
        if (cost !== undefined && (delivered || toMicros(cost) > 0n)) {
            return { ...hold, amountUsd: cost };
        }
        return cost === undefined && delivered ? { ...hold, amountUsd, breakdown } : hold;
    }

    /** A call that runs longer than its hold's life is given more at half of it. */
    #extendAtHalf(lifeMs: number): void {
        const extend = async (): Promise<void> => {
            const hold = { holdId: this.#authorization.holdId, account: this.#account, ttlSeconds: this.#ttlSeconds };
            const startedAt = Date.now();
            try {
                this.#extendAtHalf(await this.#client.extend(hold));
            } catch (error) {
                if (this.#settled) {
                    return;
                }
                this.#client.log(`hold ${hold.holdId} of account ${hold.account} could not be extended`, error);
                if (!(error instanceof Refused)) {
                    this.#extendAtHalf(lifeMs / 2 - (Date.now() - startedAt));
                }
            }
        };
        if (!this.#settled) {
            const half = Math.max(lifeMs / 2, SHORTEST_HALF_MS);
            this.#extending = setTimeout(() => void extend(), Math.min(half, 2 ** 31 - 1)).unref();
        }
    }
}

/** Headers as `writeHead` takes them, an object or a flat list, without the length. */
function withoutLength(headers: object | null): unknown {
    const isLength = (name: unknown): boolean => String(name).toLowerCase() === "content-length";
    if (Array.isArray(headers)) {
        return headers.filter((_, at) => !isLength(headers[at - (at % 2)]));
    }
    const entries = Object.entries((headers ?? {}) as OutgoingHttpHeaders);
    return Object.fromEntries(entries.filter(([name]) => !isLength(name)));
}
