import type { Micros } from './money';

const MICROS_IN_MINOR_UNIT = 10_000n;

/** An amount at an exact decimal rate, rounded up to whole cents or kopiikas: they are what can be paid. */
export function atRate(micros: Micros, rate: string): Micros {
  const { digits, scale } = fraction(rate);
  return inMinorUnits(BigInt(micros) * digits, scale);
}

/** The other way about: what it takes to have this amount at the rate. */
export function forAmountAtRate(micros: Micros, rate: string): Micros {
  const { digits, scale } = fraction(rate);
  return inMinorUnits(BigInt(micros) * scale, digits);
}

function fraction(rate: string) {
  const [whole = '', decimals = ''] = rate.split('.');
  return { digits: BigInt(whole + decimals), scale: 10n ** BigInt(decimals.length) };
}

function inMinorUnits(numerator: bigint, denominator: bigint): Micros {
  const unit = denominator * MICROS_IN_MINOR_UNIT;
  return Number(((numerator + unit - 1n) / unit) * MICROS_IN_MINOR_UNIT) as Micros;
}

/** How providers count: cents and kopiikas. */
export function toMinorUnits(micros: Micros): number {
  return micros / Number(MICROS_IN_MINOR_UNIT);
}
