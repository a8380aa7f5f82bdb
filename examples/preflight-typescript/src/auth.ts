import { createHmac, timingSafeEqual } from "node:crypto";

import type { Request, RequestHandler } from "express";

/** Who calls: a user, who pays, or a machine client, which does not. */
export type Caller = { readonly account: string } | { readonly machine: true };

/** Finds out who calls; `undefined` is answered with 401. */
export type Authenticate = (req: Request) => Caller | undefined;

const callers = new WeakMap<Request, Caller>();

/** Lets only those in who say who they are. */
export function authenticated(authenticate: Authenticate): RequestHandler {
    return (req, res, next) => {
        const caller = authenticate(req);
        if (caller === undefined) {
            const message = "send a token or a key that is known here";
            res.status(401).set("WWW-Authenticate", "Bearer");
            res.json({ error: "Unauthorized", message, code: "UNAUTHORIZED" });
            return;
        }
        callers.set(req, caller);
        next();
    };
}

/** Who pays for a call. */
export function accountOf(req: Request): string | undefined {
    const caller = callers.get(req);
    return caller !== undefined && "account" in caller ? caller.account : undefined;
}

/** Whether a machine client calls. */
export function isMachine(req: Request): boolean {
    const caller = callers.get(req);
    return caller !== undefined && "machine" in caller;
}

/** By HS256 tokens with `sub` and `exp`, or a machine's `X-API-Key`. A wrong key is refused even beside a token. */
export function byTokenOrKey(jwtSecret: string, machineKeys: readonly string[]): Authenticate {
    return (req) => {
        const key = req.get("x-api-key");
        if (key !== undefined) {
            return machineKeys.some((known) => equal(known, key)) ? { machine: true } : undefined;
        }
        const token = /^Bearer (\S+)$/.exec(req.get("authorization") ?? "")?.[1];
        const account = token === undefined ? undefined : subject(token, jwtSecret);
        return account === undefined ? undefined : { account };
    };
}

function subject(token: string, secret: string): string | undefined {
    const [header = "", claims = "", signature = "", ...rest] = token.split(".");
    const expected = createHmac("sha256", secret).update(`${header}.${claims}`).digest("base64url");
    if (rest.length > 0 || !equal(expected, signature)) {
        return undefined;
    }
    const read = (part: string): Record<string, unknown> =>
        JSON.parse(Buffer.from(part, "base64url").toString()) as Record<string, unknown>;
    const { sub, userId, exp } = read(claims);
    const account = sub ?? userId;
    const holds = read(header)["alg"] === "HS256" && typeof exp === "number" && exp * 1_000 > Date.now();
    return holds && typeof account === "string" ? account : undefined;
}

/** In constant time. */
function equal(a: string, b: string): boolean {
    const [left, right] = [Buffer.from(a), Buffer.from(b)];
    return left.length === right.length && timingSafeEqual(left, right);
}
