import { overview as en } from './en/overview';
import { overview as uk } from './uk/overview';

export const overviewTexts = { uk, en };
