/** Billing has said no, and asking again won't help. It is passed on to the caller as it is. */
export class Refused extends Error {
    override readonly name = "Refused";
    /** The machine-readable reason, such as `INSUFFICIENT_BALANCE`; empty where the answer is not billing's own. */
    readonly code: string;

    constructor(
        readonly status: number,
        /** The JSON of the answer, as it came. */
        readonly body: string,
        readonly retryAfter: string | undefined,
    ) {
        const code = codeOf(body);
        super(`billing refuses with ${status} ${code}`);
        this.code = code;
    }

    /** Our own service key is unknown, revoked or lacks its scope; who calls can do nothing about it. */
    get aboutOurKey(): boolean {
        return this.status === 401 || (this.status === 403 && this.code === "MISSING_SCOPE");
    }
}

/** Nobody knows whether it was done: no answer, none that can be read, or a fault of billing's. */
export class Unavailable extends Error {
    override readonly name = "Unavailable";

    constructor(
        message: string,
        readonly retryAfter?: string | undefined,
        cause?: unknown,
    ) {
        super(message, { cause });
    }
}

function codeOf(body: string): string {
    try {
        const { code } = JSON.parse(body) as { code?: unknown };
        return typeof code === "string" ? code : "";
    } catch {
        return "";
    }
}
