import { frame } from './frame';
import { login } from './login';
import { overview } from './overview';
import { payment } from './payment';
import { settings } from './settings';
import type { State } from './state';
import { topup } from './topup';
import { transactions } from './transactions';

/** For everybody. */
export const OPEN_PAGES: Record<string, readonly State[]> = { login };

/** Behind the sign-in. */
export const PAGES: Record<string, readonly State[]> = {
  overview,
  topup,
  payment,
  transactions,
  settings,
  frame,
};
