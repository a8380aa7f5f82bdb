import type { ServerResponse } from "node:http";

import { Refused, Unavailable } from "./errors.js";

interface Answer {
    readonly status: number;
    readonly body: string;
    readonly retryAfter?: string | undefined;
}

/** Our own words: those of billing's layer for Rust services. */
const UNAUTHENTICATED = own(401, "Unauthenticated", "This call needs an account that pays for it");
const UNAVAILABLE = own(503, "Billing unavailable", "This call can't be billed right now");
const FAILED = own(500, "Billing failed", "This call can't be billed");

/** What a handler may have said about a body that is not sent. */
const OF_ANOTHER_BODY = ["Cache-Control", "Content-Encoding", "ETag", "Last-Modified", "Transfer-Encoding"];

/** Answers a call that is not let through: with billing's own words, where they are meant for who calls. */
export function answerRefusal(res: ServerResponse, why: unknown): void {
    const { status, body, retryAfter } = answerTo(why);
    if (res.destroyed) {
        return;
    }
    OF_ANOTHER_BODY.forEach((name) => res.removeHeader(name));
    res.statusCode = status;
    res.setHeader("Content-Type", "application/json");
    res.setHeader("Content-Length", Buffer.byteLength(body));
    if (retryAfter !== undefined) {
        res.setHeader("Retry-After", retryAfter);
    }
    res.end(body);
}

function answerTo(why: unknown): Answer {
    if (why === "unauthenticated") {
        return UNAUTHENTICATED;
    }
    if (why instanceof Unavailable) {
        return { ...UNAVAILABLE, retryAfter: why.retryAfter ?? "5" };
    }
    // Who calls would take a 401 for one of their own key.
    return why instanceof Refused && !why.aboutOurKey ? why : FAILED;
}

function own(status: number, error: string, message: string): Answer {
    const code = error.toUpperCase().replace(" ", "_");
    return { status, body: JSON.stringify({ error, message, code }) };
}
