import { toMicros, type Usd } from "./money.js";

const TOKEN = /"(?:[^"\\]+|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g;

/**
 * The fields of a JSON object, each kept as it is written. `JSON.parse` alone would make floats of the amounts.
 */
export class Fields {
    readonly #fields = new Map<string, string>();

    constructor(text: string) {
        const value: unknown = JSON.parse(text);
        if (typeof value !== "object" || value === null || Array.isArray(value)) {
            throw new SyntaxError("this is no JSON object");
        }
        // From here on it is well-formed, so the brackets alone tell where a field ends.
        let depth = 0;
        let [name, start, last]: [string | undefined, number, string] = [undefined, 0, ""];
        for (const { 0: token, index = 0 } of text.matchAll(TOKEN)) {
            depth += token === "{" || token === "[" ? 1 : token === "}" || token === "]" ? -1 : 0;
            if (name !== undefined && ((token === "," && depth === 1) || depth === 0)) {
                this.#fields.set(name, text.slice(start, index).trim());
                name = undefined;
            }
            if (token === ":" && depth === 1) {
                [name, start] = [JSON.parse(last) as string, index + 1];
            }
            last = token;
        }
    }

    /** A field as it is written; `undefined` where it is missing or `null`. */
    raw(name: string): string | undefined {
        const text = this.#fields.get(name);
        return text === "null" ? undefined : text;
    }

    /** An amount, written as a JSON number. */
    usd(name: string): Usd {
        const text = this.#fields.get(name) ?? "";
        toMicros(text);
        return text;
    }

    text(name: string): string {
        return this.#typed(name, (value): value is string => typeof value === "string");
    }

    flag(name: string): boolean {
        return this.#typed(name, (value): value is boolean => typeof value === "boolean");
    }

    #typed<T>(name: string, is: (value: unknown) => value is T): T {
        const value: unknown = JSON.parse(this.#fields.get(name) ?? "null");
        if (!is(value)) {
            throw new SyntaxError(`${name} is missing or of another type`);
        }
        return value;
    }
}
