import { Unavailable } from "./errors.js";
import { repeat } from "./transport.js";

/** How a hold is to end: by a capture where there is an amount, else by a void. */
export interface Settlement {
    readonly holdId: string;
    readonly account: string;
    readonly amountUsd?: string;
    /** How the amount came about: raw JSON, such as an authorization's. */
    readonly breakdown?: string | undefined;
}

/** Tells the operator what nobody else is told. */
export type Log = (message: string, error?: unknown) => void;

/** How many settlements are under way at once. */
const PARALLEL = 16;
/** How long one is tried: longer than servers are usually away. */
const PATIENCE_MS = 3_600_000;

/**
 * Ends holds in the background. Every hold has a place here from before its authorize until it is settled, so there
 * is always room for its settlement: when all places are taken, no further call gets through.
 */
export class Settler {
    readonly #settle: (settlement: Settlement) => Promise<unknown>;
    readonly #limit: number;
    readonly #log: Log;
    readonly #places = new Set<string>();
    readonly #queue: Settlement[] = [];
    readonly #over = new AbortController();
    #running = 0;
    #draining = false;
    #emptied: () => void = () => {};

    constructor(settle: (settlement: Settlement) => Promise<unknown>, limit: number, log: Log) {
        this.#settle = settle;
        this.#limit = limit;
        this.#log = log;
    }

    /** Takes a place for a hold that is about to be asked for. */
    take(holdId: string): void {
        if (this.#draining) {
            throw new Unavailable("the client is shutting down");
        }
        if (!this.#places.has(holdId) && this.#places.size >= this.#limit) {
            throw new Unavailable("too many calls are not settled yet");
        }
        this.#places.add(holdId);
    }

    /** Gives the place of a hold back: it is settled, or was never placed. */
    free(holdId: string): void {
        this.#places.delete(holdId);
        if (this.#places.size === 0) {
            this.#emptied();
        }
    }

    /** Sees to it that a hold ends so. */
    enqueue(settlement: Settlement): void {
        this.#places.add(settlement.holdId);
        this.#queue.push(settlement);
        this.#work();
    }

    /**
     * Lets no new call in and waits until the others, and what is queued, are settled; answers how many holds were
     * not when the time was up. These are in the log and expire.
     */
    async drain(ms: number): Promise<number> {
        this.#draining = true;
        if (this.#places.size > 0) {
            await new Promise<void>((resolve) => {
                const timer = setTimeout(resolve, ms);
                this.#emptied = () => {
                    clearTimeout(timer);
                    resolve();
                };
            });
        }
        this.#over.abort();
        this.#queue.splice(0).forEach((settlement) => this.#giveUp(settlement, "the time to drain is over"));
        return this.#places.size;
    }

    #work(): void {
        while (this.#running < PARALLEL) {
            const next = this.#queue.shift();
            if (next === undefined) {
                return;
            }
            this.#running += 1;
            void this.#run(next).then(() => {
                this.#running -= 1;
                this.#work();
            });
        }
    }

    async #run(settlement: Settlement): Promise<void> {
        const stop = this.#over.signal;
        const patience = { attempts: Infinity, ms: PATIENCE_MS, heedsRetryAfter: true, stop };
        try {
            await repeat(patience, () => this.#settle(settlement));
        } catch (error) {
            this.#giveUp(settlement, "it was refused, or billing stays out of reach", error);
            if (stop.aborted) {
                return;
            }
        }
        this.free(settlement.holdId);
    }

    #giveUp({ holdId, account, amountUsd }: Settlement, why: string, error?: unknown): void {
        const cost = amountUsd === undefined ? "" : `, which costs ${amountUsd} USD`;
        this.#log(`hold ${holdId} of account ${account}${cost}, was not settled: ${why}`, error);
    }
}
