import type { Balance } from '~/api/model';

/** How a balance stands, in one word. */
export type Standing = 'unbilled' | 'new' | 'negative' | 'empty' | 'low' | 'normal';

export function standingOf(balance: Balance): Standing {
  if (!balance.billingEnabled) return 'unbilled';
  if (balance.posted < 0) return 'negative';
  if (balance.available <= 0) return balance.totalCalls === 0 && balance.posted === 0 ? 'new' : 'empty';
  return balance.available <= balance.lowThreshold ? 'low' : 'normal';
}
