import type { Request, RequestHandler, Response } from "express";

import { Meter, newHoldId, Refused, type BillingClient, type Usd } from "./client.js";
import { PaidCall } from "./paid-call.js";
import { answerRefusal } from "./refusal.js";

export interface ChargeOptions {
    /** Who pays: the authenticated subject, never a header that a client may set. `undefined` is answered with 401. */
    readonly account: (req: Request) => string | undefined;
    /** What is called, by its name in billing's prices. */
    readonly operation: (req: Request) => string;
    /** What the price may depend on, mostly `(req) => req.body`. Where it does and has none, billing answers 422. */
    readonly arguments?: (req: Request) => unknown;
    /** How much to hold, where it is not for billing's prices to say. */
    readonly amountUsd?: (req: Request) => Usd | undefined;
    /** How long a hold lasts until it is extended. */
    readonly ttlSeconds?: number;
    /** Whose calls run unbilled, such as machine clients with a verified key. */
    readonly exempt?: (req: Request) => boolean;
}

const meters = new WeakMap<Response, Meter>();

/** The meter of a call behind `charge`. */
export function meterOf(res: Response): Meter {
    const meter = meters.get(res);
    if (meter === undefined) {
        throw new Error("there is no meter: the call is not behind charge()");
    }
    return meter;
}

/**
 * Lets a call run when its money is held, and takes what it has cost when its response ends.
 *
 *     app.use(express.json());
 *     const paid = charge(client, {
 *         account: (req) => req.user?.id,
 *         operation: (req) => req.params.tool,
 *         arguments: (req) => req.body,
 *     });
 */
export function charge(client: BillingClient, options: ChargeOptions): RequestHandler {
    return async (req, res, next) => {
        if (options.exempt?.(req)) {
            meters.set(res, new Meter());
            return next();
        }
        const account = options.account(req);
        if (account === undefined) {
            return answerRefusal(res, "unauthenticated");
        }
        const holdId = newHoldId();
        try {
            const authorization = await client.authorize({
                holdId,
                account,
                operation: options.operation(req),
                arguments: options.arguments?.(req),
                amountUsd: options.amountUsd?.(req),
                ttlSeconds: options.ttlSeconds,
            });
            if (authorization.free) {
                meters.set(res, new Meter());
            } else if (res.destroyed) {
                // The client has gone meanwhile: the call does not run.
                return client.settleLater({ holdId, account });
            } else {
                const call = new PaidCall(client, account, authorization, req, res, options.ttlSeconds);
                meters.set(res, call.meter);
            }
        } catch (error) {
            if (!(error instanceof Refused)) {
                client.log(`call of account ${account} can't be billed`, error);
            }
            return answerRefusal(res, error);
        }
        next();
    };
}
