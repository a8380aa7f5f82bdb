import { receipt as en } from './en/receipt';
import { receipt as uk } from './uk/receipt';

export const receiptTexts = { uk, en };
