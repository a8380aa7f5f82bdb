import { settings as en } from './en/settings';
import { settings as uk } from './uk/settings';

export const settingsTexts = { uk, en };
