import { payment as en } from './en/payment';
import { payment as uk } from './uk/payment';

export const paymentTexts = { uk, en };
