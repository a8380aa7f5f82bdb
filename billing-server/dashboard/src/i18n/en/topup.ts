import type { topup as Ukrainian } from '../uk/topup';

export const topup: typeof Ukrainian = {
  title: 'Top up',
};
