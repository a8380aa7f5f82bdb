/** An exact amount of US dollars, as it is written: `"0.0125"`. It never becomes a number. */
export type Usd = string;

const AMOUNT = /^(-?)(\d{1,13})(?:\.(\d{1,6}))?$/;
const MICROS = 1_000_000n;

/** Millionths of a dollar: what amounts are added up in. */
export function toMicros(amount: Usd): bigint {
    const [, sign, whole = "", decimals = ""] = AMOUNT.exec(asText(amount)) ?? [];
    if (sign === undefined) {
        throw new RangeError(`an amount is a plain decimal with up to 6 decimals, not ${amount}`);
    }
    const micros = BigInt(whole) * MICROS + BigInt(decimals.padEnd(6, "0"));
    return sign === "-" ? -micros : micros;
}

/** As the API writes amounts: two decimals, more where they count. */
export function toUsd(micros: bigint): Usd {
    const size = micros < 0n ? -micros : micros;
    const decimals = (size % MICROS).toString().padStart(6, "0").replace(/0{1,4}$/, "");
    return `${micros < 0n ? "-" : ""}${size / MICROS}.${decimals}`;
}

/** Programs without types might pass a number, which is not exact. */
function asText(amount: unknown): string {
    if (typeof amount !== "string") {
        throw new TypeError(`an amount is a string, not a ${typeof amount}: it has to be exact`);
    }
    return amount;
}
