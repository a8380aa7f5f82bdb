import { login as en } from './en/login';
import { login as uk } from './uk/login';

export const loginTexts = { uk, en };
