import type { Dictionary } from '../uk';

export const kinds: Dictionary['kinds'] = {
  top_up: 'Top-up',
  capture: 'Call',
  reversal: 'Payment taken back',
  reinstatement: 'Payment reinstated',
  adjustment: 'Adjustment',
};
