import { useState } from 'react';
import { type SettingsChange, useChangeSettings } from '~/api/settings';

export type SaveState = 'idle' | 'saving' | 'saved' | 'failed';

export interface Save {
  state: SaveState;
  error: unknown;
  start: (change: SettingsChange, onSaved: () => void) => void;
  /** Something was changed since: how the last time went is old news. */
  touch: () => void;
}

/** Saves one section, and tells how that goes until something is changed again. */
export function useSave(): Save {
  const { status, error, mutate } = useChangeSettings();
  const [isTouched, setTouched] = useState(false);
  const outcome = isTouched ? 'idle' : OUTCOMES[status];
  const state = status === 'pending' ? 'saving' : outcome;
  return {
    state,
    error: state === 'failed' ? error : null,
    start: (change, onSaved) => {
      setTouched(false);
      mutate(change, { onSuccess: onSaved });
    },
    touch: () => setTouched(true),
  };
}

const OUTCOMES = { idle: 'idle', pending: 'saving', success: 'saved', error: 'failed' } as const;
