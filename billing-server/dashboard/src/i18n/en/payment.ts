import type { payment as Ukrainian } from '../uk/payment';

export const payment: typeof Ukrainian = {
  title: 'Payment',
};
