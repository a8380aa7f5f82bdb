import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTexts } from '~/i18n';
import { transactionsTexts } from '~/i18n/transactions';
import { announce } from '~/ui/Announcer';

const SHOWN_MS = 2_000;

/** An id, and a button that copies it. */
export function CopyValue({ value }: { value: string }) {
  const texts = useTexts(transactionsTexts).details;
  const [outcome, setOutcome] = useState<'copied' | 'failed' | null>(null);

  useEffect(() => {
    if (outcome !== 'copied') return;
    const timer = window.setTimeout(() => setOutcome(null), SHOWN_MS);
    return () => window.clearTimeout(timer);
  }, [outcome]);

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value);
      setOutcome('copied');
      announce(texts.copied);
    } catch {
      // Not allowed, or not there: the text itself can be selected.
      setOutcome('failed');
      announce(texts.copyFailed);
    }
  };

  const Icon = outcome === 'copied' ? Check : Copy;
  return (
    <span className="flex flex-wrap items-center gap-x-3">
      <code className="text-note break-all select-all">{value}</code>
      <button
        type="button"
        onClick={copy}
        className="-my-2 inline-flex min-h-11 items-center gap-1.5 rounded-control px-1 text-primary hover:text-primary-hover"
      >
        <Icon aria-hidden size={16} />
        {outcome === 'copied' ? texts.copied : texts.copy}
        <span className="sr-only"> {value}</span>
      </button>
      {outcome === 'failed' && <span className="text-note text-muted">{texts.copyFailed}</span>}
    </span>
  );
}
