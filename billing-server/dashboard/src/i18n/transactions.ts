import { transactions as en } from './en/transactions';
import { transactions as uk } from './uk/transactions';

export const transactionsTexts = { uk, en };
