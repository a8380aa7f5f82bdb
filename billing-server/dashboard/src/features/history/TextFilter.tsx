import { useEffect, useRef, useState } from 'react';
import { useTexts } from '~/i18n';
import { transactionsTexts } from '~/i18n/transactions';
import { Field } from '~/ui/Field';
import { fitting } from './filters';
import type { ChangeFilters } from './useFilters';

const PAUSE_MS = 400;
/** So many letters fit whatever they are. */
const LONGEST = 64;

/** Searches once typing pauses. */
export function TextFilter({ text, change }: { text: string; change: ChangeFilters }) {
  const texts = useTexts(transactionsTexts);
  const [typed, setTyped] = useState(text);
  /** What this field has sent to the address itself; anything else came from elsewhere, and is shown. */
  const sent = useRef(text);

  useEffect(() => {
    if (text === sent.current) return;
    sent.current = text;
    setTyped(text);
  }, [text]);

  useEffect(() => {
    const next = fitting(typed) ?? '';
    if (next === sent.current) return;
    const timer = window.setTimeout(() => {
      sent.current = next;
      change({ text: next }, { replace: true });
    }, PAUSE_MS);
    return () => window.clearTimeout(timer);
  }, [typed, change]);

  return (
    <Field
      type="search"
      label={texts.filters.text}
      placeholder={texts.filters.textHint}
      value={typed}
      maxLength={LONGEST}
      onChange={({ target }) => setTyped(target.value)}
    />
  );
}
