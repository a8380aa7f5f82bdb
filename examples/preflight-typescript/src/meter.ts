import { toMicros, toUsd, type Usd } from "./money.js";

/**
 * Where a tool writes what its call really costs. What stands on it when the response ends is charged; without a
 * word on it, the estimate is.
 */
export class Meter {
    readonly #held: bigint | undefined;
    #reading: bigint | undefined;

    /** A meter of a call that `held` was set aside for; without it, of one that runs unbilled. */
    constructor(held?: Usd) {
        this.#held = held === undefined ? undefined : toMicros(held);
    }

    /** Adds to the cost. Throws where it is no amount, below zero, or has more than 6 decimals. */
    add(cost: Usd): void {
        this.#reading = (this.#reading ?? 0n) + chargeable(cost);
    }

    /** Sets the cost; the last word counts. */
    record(cost: Usd): void {
        this.#reading = chargeable(cost);
    }

    /** The cost so far; `undefined` while nobody has written any. */
    reading(): Usd | undefined {
        return this.#reading === undefined ? undefined : toUsd(this.#reading);
    }

    /** What the hold still covers, never below zero; `undefined` for a call without a hold. */
    remaining(): Usd | undefined {
        const rest = this.#rest();
        return rest === undefined ? undefined : toUsd(rest > 0n ? rest : 0n);
    }

    /** Whether the hold still covers this much more: amounts are text, which `<` would compare by letters. */
    covers(cost: Usd): boolean {
        const [rest, more] = [this.#rest(), chargeable(cost)];
        return rest === undefined || more <= rest;
    }

    #rest(): bigint | undefined {
        return this.#held === undefined ? undefined : this.#held - (this.#reading ?? 0n);
    }
}

function chargeable(cost: Usd): bigint {
    const micros = toMicros(cost);
    if (micros < 0n) {
        throw new RangeError(`a cost can't be below zero: ${cost}`);
    }
    return micros;
}
