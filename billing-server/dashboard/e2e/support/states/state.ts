import type { Locator, Page } from '@playwright/test';
import type { Account } from '../account';
import type { Answers } from '../answers';
import type { Look } from '../looks';
import type { Texts } from '../texts';

/** A page in one of the states it can be in. */
export interface State {
  name: string;
  path: string;
  /** The size that it is of, where it is not to be had in the other. */
  size?: Look['size'];
  /** What the API answers in the place of the truth. */
  answers?: Answers;
  /** Something is on its way for good, and its place is shown. */
  isLoading?: true;
  /** What somebody does there, or what happens meanwhile. */
  bring?: (scene: Scene) => Promise<unknown>;
  /** So much time goes by then, on the clock of the page. */
  laterMs?: number;
  /** What is read or seen in this state, and in no other of the page. */
  shows: (texts: Texts, page: Page) => string | RegExp | Locator;
}

export interface Scene {
  page: Page;
  texts: Texts;
  account: Account;
}

/** A text with details in it, whatever they are: an amount, a moment. */
export function about(text: (...details: never[]) => string): RegExp {
  const parts = text(...Array<never>(text.length).fill('\0' as never)).split('\0');
  return new RegExp(parts.map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.+'));
}
