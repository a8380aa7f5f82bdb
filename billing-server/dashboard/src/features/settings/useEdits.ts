import { useState } from 'react';
import { parseAmount } from '~/lib/money';

type Value = string | boolean;

/** What somebody has changed of what is saved, field by field. */
export interface Edits<Fields extends Record<string, Value>> {
  /** What the fields show. */
  values: Fields;
  /** The fields that differ from what is saved. */
  changed: readonly (keyof Fields)[];
  isDirty: boolean;
  set: <Name extends keyof Fields>(name: Name, value: Fields[Name]) => void;
  /** Whether another value was saved elsewhere since a field was changed here. */
  isContested: (name: keyof Fields) => boolean;
  /** Gives up what was changed: of one field, or of all. */
  drop: (name?: keyof Fields) => void;
  /** These values are saved now; what was typed since then stays. */
  settle: (sent: Fields) => void;
}

interface Edit {
  value: Value;
  /** What was saved when it was made. */
  base: Value;
}

export function useEdits<Fields extends Record<string, Value>>(saved: Fields): Edits<Fields> {
  const [edits, setEdits] = useState<Partial<Record<keyof Fields, Edit>>>({});
  const names = Object.keys(saved) as (keyof Fields)[];
  const values = { ...saved };
  for (const name of names) {
    const edit = edits[name];
    if (edit) values[name] = edit.value as Fields[typeof name];
  }
  const changed = names.filter((name) => !isSame(values[name], saved[name]));
  return {
    values,
    changed,
    isDirty: changed.length > 0,
    set: (name, value) =>
      setEdits((edits) => ({ ...edits, [name]: { value, base: edits[name]?.base ?? saved[name] } })),
    isContested: (name) => {
      const edit = edits[name];
      return edit !== undefined && changed.includes(name) && !isSame(edit.base, saved[name]);
    },
    drop: (name) => setEdits((edits) => (name === undefined ? {} : { ...edits, [name]: undefined })),
    settle: (sent) =>
      setEdits((edits) => {
        const open = names.filter((name) => edits[name] && !isSame(edits[name].value, sent[name]));
        return Object.fromEntries(open.map((name) => [name, edits[name]])) as typeof edits;
      }),
  };
}

/** `10` and `10,00` are the same amount. */
function isSame(one: Value | undefined, other: Value | undefined): boolean {
  if (one === other) return true;
  if (typeof one !== 'string' || typeof other !== 'string') return false;
  const [first, second] = [parseAmount(one), parseAmount(other)];
  return first.ok && second.ok && first.micros === second.micros;
}
