import { Refused, Unavailable } from "./errors.js";
import type { Fields } from "./json.js";
import { toMicros, type Usd } from "./money.js";
import { Settler, type Log, type Settlement } from "./settler.js";
import { repeat, Transport, type Patience } from "./transport.js";

export { Refused, Unavailable } from "./errors.js";
export { newHoldId } from "./hold-id.js";
export { Meter } from "./meter.js";
export type { Usd } from "./money.js";
export type { Settlement } from "./settler.js";

export interface ClientOptions {
    /** Where `billing-server` is. */
    readonly url: string;
    /** A service key with the scope `preflight`. */
    readonly key: string;
    /** The longest that one request takes. */
    readonly timeoutMs?: number;
    /** How often a call is asked about while somebody waits, and for how long. */
    readonly attempts?: number;
    readonly patienceMs?: number;
    /** How many calls may be on their way or not settled yet. */
    readonly places?: number;
    readonly log?: Log;
}

/** What to hold money for. */
export interface Authorize {
    /** Made by `newHoldId()` before the first attempt. */
    readonly holdId: string;
    readonly account: string;
    readonly operation: string;
    /** What the price may depend on: any JSON. */
    readonly arguments?: unknown;
    /** How much to hold, where it is not for billing's prices to say. */
    readonly amountUsd?: Usd | undefined;
    readonly ttlSeconds?: number | undefined;
}

export interface Authorization {
    readonly holdId: string;
    /** Nothing is held, and nothing is to be settled. */
    readonly free: boolean;
    /** The estimate. */
    readonly amountUsd: Usd;
    /** What is held: the estimate, or nothing where `wouldRefuse` is so. */
    readonly heldUsd: Usd;
    /** Billing only observes: the call runs, though it would be refused, and its capture takes nothing. */
    readonly wouldRefuse: boolean;
    /** What is left beside it; not told of a free call. */
    readonly availableUsd: Usd | undefined;
    /** How long the hold lasts from now on; 0 for a free call. */
    readonly lifeMs: number;
    /** How the estimate came about: raw JSON. */
    readonly breakdown: string | undefined;
}

export interface Captured {
    readonly chargedUsd: Usd;
    /** What the account could not pay. */
    readonly uncollectedUsd: Usd;
    readonly balanceUsd: Usd;
    /** The hold had expired. */
    readonly late: boolean;
}

/**
 * Holds money at `billing-server` before a call, and takes or frees it afterwards.
 *
 * Every method throws `Refused` when billing says no, and `Unavailable` when its outcome is still unknown after a few
 * attempts. Repeats have the same hold id, which makes them harmless.
 */
export class BillingClient {
    readonly #transport: Transport;
    readonly #settler: Settler;
    readonly #patience: Patience;
    #keyIsRefused = false;
    readonly log: Log;

    constructor(options: ClientOptions) {
        const { timeoutMs = 5_000, attempts = 4, patienceMs = 5_000, places = 10_000 } = options;
        this.log = options.log ?? console.error;
        this.#transport = new Transport(options.url, options.key, timeoutMs);
        this.#patience = { attempts, ms: patienceMs, heedsRetryAfter: false };
        this.#settler = new Settler((settlement) => this.#settle(settlement), places, this.log);
    }

    /** Holds money. If the outcome stays unknown, the hold is voided in the background: the call must not run. */
    async authorize(request: Authorize): Promise<Authorization> {
        const { holdId, account, operation, amountUsd } = request;
        const body = JSON.stringify({
            hold_id: holdId,
            account,
            operation,
            arguments: request.arguments,
            amount_usd: amountUsd === undefined ? undefined : exact(amountUsd),
            ttl_seconds: request.ttlSeconds,
        });
        this.#settler.take(holdId);
        let attempts = 0;
        try {
            const authorization = await repeat(this.#patience, () => {
                attempts += 1;
                return this.#transport.post("authorize", body, readAuthorization);
            });
            if (authorization.free && attempts === 1) {
                this.#settler.free(holdId);
            } else if (authorization.free) {
                // An earlier attempt may have held money all the same. The void of an unknown hold is harmless.
                this.#settler.enqueue({ holdId, account });
            }
            return authorization;
        } catch (error) {
            // Only a refusal at the first attempt is sure to have left no hold behind.
            if (error instanceof Refused && attempts === 1) {
                this.#settler.free(holdId);
            } else {
                this.#settler.enqueue({ holdId, account });
            }
            throw error;
        }
    }

    /** Takes the cost. If the outcome stays unknown, or our key is refused, it goes on in the background. */
    async capture(capture: Settlement & { readonly amountUsd: Usd }): Promise<Captured> {
        const body = settlementBody(capture);
        return this.#end(capture, () => this.#capture(capture, body, readCaptured));
    }

    /** Frees the hold. If the outcome stays unknown, it goes on in the background. */
    async void(hold: { readonly holdId: string; readonly account: string }): Promise<void> {
        const { holdId, account } = hold;
        await this.#end({ holdId, account }, () => this.#settle({ holdId, account }));
    }

    /** Gives an open hold more time; answers how long it lasts from now on. */
    async extend(hold: { holdId: string; account: string; ttlSeconds?: number | undefined }): Promise<number> {
        const { holdId, account, ttlSeconds } = hold;
        const body = JSON.stringify({ hold_id: holdId, account, ttl_seconds: ttlSeconds });
        return repeat(this.#patience, () => this.#transport.post("extend", body, readLife));
    }

    /** Captures or voids in the background, for those who can't wait. */
    settleLater(settlement: Settlement): void {
        this.#settler.enqueue(settlement);
    }

    /**
     * For the shutdown: lets no new call in, and waits until all holds are settled. Answers how many were not when
     * the time was up; these are in the log and expire.
     */
    drain(ms: number): Promise<number> {
        return this.#settler.drain(ms);
    }

    async #end<T>(settlement: Settlement, attempt: () => Promise<T>): Promise<T> {
        try {
            const ended = await repeat(this.#patience, attempt);
            this.#settler.free(settlement.holdId);
            return ended;
        } catch (error) {
            if (error instanceof Unavailable) {
                this.#settler.enqueue(settlement);
            } else {
                this.#settler.free(settlement.holdId);
            }
            throw error;
        }
    }

    #settle(settlement: Settlement): Promise<unknown> {
        const body = settlementBody(settlement);
        const read = (answer: Fields): string => answer.text("hold_id");
        return settlement.amountUsd === undefined
            ? this.#transport.post("void", body, read)
            : this.#capture(settlement, body, read);
    }

    /** Asks once. Where our key is refused, the cost is not forgone: it waits, as for a server that is away. */
    async #capture<T>(settlement: Settlement, body: string, read: (answer: Fields) => T): Promise<T> {
        try {
            const captured = await this.#transport.post("capture", body, read);
            this.#keyIsRefused = false;
            return captured;
        } catch (error) {
            if (!(error instanceof Refused && error.aboutOurKey)) {
                throw error;
            }
            if (!this.#keyIsRefused) {
                this.#keyIsRefused = true;
                const { holdId, account } = settlement;
                const first = `the first that of hold ${holdId} of account ${account}`;
                this.log(`our key is refused, so captures wait, ${first}`, error);
            }
            throw new Unavailable("our key is refused", error.retryAfter, error);
        }
    }
}

function settlementBody({ holdId, account, amountUsd, breakdown }: Settlement): string {
    const amount = amountUsd === undefined ? undefined : exact(amountUsd);
    const body = JSON.stringify({ hold_id: holdId, account, amount_usd: amount });
    // Put in as it is written: its numbers may be amounts.
    return breakdown === undefined ? body : `${body.slice(0, -1)},"breakdown":${breakdown}}`;
}

/** Refuses what is no exact amount before anything is sent. */
function exact(amount: Usd): Usd {
    toMicros(amount);
    return amount;
}

function readAuthorization(answer: Fields, answeredAt: number): Authorization {
    const free = answer.flag("free");
    return {
        holdId: answer.text("hold_id"),
        free,
        amountUsd: free ? "0.00" : answer.usd("amount_usd"),
        heldUsd: free ? "0.00" : answer.usd("held_usd"),
        wouldRefuse: answer.raw("would_refuse") !== undefined,
        availableUsd: free ? undefined : answer.usd("available_usd"),
        lifeMs: free ? 0 : readLife(answer, answeredAt),
        breakdown: answer.raw("breakdown"),
    };
}

function readCaptured(answer: Fields): Captured {
    return {
        chargedUsd: answer.usd("charged_usd"),
        uncollectedUsd: answer.usd("uncollected_usd"),
        balanceUsd: answer.usd("balance_usd"),
        late: answer.flag("late"),
    };
}

/** By the server's clock, whatever ours says; its header `Date` leaves out up to a second. */
function readLife(answer: Fields, answeredAt: number): number {
    const expiresAt = Date.parse(answer.text("expires_at"));
    if (Number.isNaN(expiresAt)) {
        throw new SyntaxError("expires_at is no time");
    }
    return Math.max(expiresAt - answeredAt - 1_000, 0);
}
