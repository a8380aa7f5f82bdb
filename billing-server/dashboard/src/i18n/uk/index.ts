import { common } from './common';
import { errors } from './errors';
import { kinds } from './kinds';

/** What every page needs. Ukrainian is the source of truth: English has the same keys, or the type check fails. */
export const uk = { common, errors, kinds };

export type Dictionary = typeof uk;
