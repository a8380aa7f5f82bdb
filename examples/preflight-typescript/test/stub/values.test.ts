import assert from "node:assert/strict";
import { test } from "node:test";

import { Meter, newHoldId } from "../../src/client.js";
import { Fields } from "../../src/json.js";
import { toMicros, toUsd } from "../../src/money.js";

test("amounts are exact", () => {
    assert.equal(toMicros("0.1") + toMicros("0.2"), toMicros("0.3"));
    assert.equal(toMicros("9007199254740.993001"), 9_007_199_254_740_993_001n);
    for (const [amount, written] of [
        ["0", "0.00"],
        ["10", "10.00"],
        ["0.0125", "0.0125"],
        ["0.002380", "0.00238"],
        ["0.000001", "0.000001"],
        ["-1.5", "-1.50"],
        ["-0.000001", "-0.000001"],
    ] as const) {
        assert.equal(toUsd(toMicros(amount)), written);
    }
});

test("what is no plain decimal is no amount", () => {
    for (const text of ["", ".5", "1.", "1e3", "+1", " 1", "1,5", "0x1", "0.1234567", "NaN", "99999999999999"]) {
        assert.throws(() => toMicros(text), RangeError, text);
    }
    assert.throws(() => toMicros(0.1 as unknown as string), TypeError);
});

test("fields are read as they are written", () => {
    const fields = new Fields(String.raw`
        { "message": "a \"trap_usd\": 5, } ]", "amount_usd" : 0.1000000000000000055 ,"balance_usd":12.50,
          "breakdown": {"base": 1.00, "parts": [1.10, {"x_usd": 2.20}], "note": "}"}, "none": null,
          "\u0066ree": false, "charged_usd":9007199254740.993001}`);
    assert.equal(fields.text("message"), 'a "trap_usd": 5, } ]');
    assert.equal(fields.raw("amount_usd"), "0.1000000000000000055");
    assert.equal(fields.usd("balance_usd"), "12.50");
    assert.equal(fields.usd("charged_usd"), "9007199254740.993001");
    assert.equal(fields.raw("breakdown"), '{"base": 1.00, "parts": [1.10, {"x_usd": 2.20}], "note": "}"}');
    assert.equal(fields.raw("none"), undefined);
    assert.equal(fields.raw("trap_usd"), undefined);
    assert.equal(fields.flag("free"), false);
    assert.deepEqual(new Fields("{}").raw("free"), undefined);
});

test("what has not the form of an answer is refused", () => {
    for (const text of ["", "[]", "null", "1", '{"a":}', "{", "<html>"]) {
        assert.throws(() => new Fields(text), SyntaxError, text);
    }
    const fields = new Fields('{"amount_usd":1e2,"late":"yes","hold_id":7}');
    assert.throws(() => fields.usd("amount_usd"));
    assert.throws(() => fields.usd("missing_usd"));
    assert.throws(() => fields.flag("late"));
    assert.throws(() => fields.text("hold_id"));
});

test("hold ids are UUIDs of version 7", () => {
    const id = newHoldId(0x0123_4567_89ab);
    assert.match(id, /^01234567-89ab-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.notEqual(newHoldId(), newHoldId());
});

test("a meter adds up, and the last word counts", () => {
    const meter = new Meter("0.50");
    assert.deepEqual([meter.reading(), meter.remaining()], [undefined, "0.50"]);
    meter.add("0.1");
    meter.add("0.2");
    assert.deepEqual([meter.reading(), meter.remaining()], ["0.30", "0.20"]);
    assert.deepEqual([meter.covers("0.20"), meter.covers("0.200001")], [true, false]);
    meter.record("0.60");
    assert.deepEqual([meter.reading(), meter.remaining(), meter.covers("0")], ["0.60", "0.00", false]);
});

test("a cost that can't be charged leaves the meter alone", () => {
    const meter = new Meter("0.50");
    meter.add("0.10");
    assert.throws(() => meter.add("-0.01"), RangeError);
    assert.throws(() => meter.record("much"), RangeError);
    assert.throws(() => meter.add(0.01 as unknown as string), TypeError);
    assert.equal(meter.reading(), "0.10");
});

test("a call without a hold has no bound", () => {
    const meter = new Meter();
    meter.add("7");
    assert.deepEqual([meter.reading(), meter.remaining(), meter.covers("1000")], ["7.00", undefined, true]);
});
