import type { Dictionary } from '../uk';
import { common } from './common';
import { errors } from './errors';
import { kinds } from './kinds';

export const en: Dictionary = { common, errors, kinds };
