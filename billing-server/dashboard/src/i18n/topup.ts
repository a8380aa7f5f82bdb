import { topup as en } from './en/topup';
import { topup as uk } from './uk/topup';

export const topupTexts = { uk, en };
