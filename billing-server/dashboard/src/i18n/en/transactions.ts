import type { transactions as Ukrainian } from '../uk/transactions';

export const transactions: typeof Ukrainian = {
  title: 'Transactions',
};
