import { reasons as en } from './en/reasons';
import { reasons as uk } from './uk/reasons';

export const reasonsTexts = { uk, en };
