import { Download } from 'lucide-react';
import type { MouseEvent } from 'react';
import { describeError } from '~/api/errors';
import { historyCsvPath, useExportCheck } from '~/api/history';
import type { HistoryFilters } from '~/api/model';
import { useI18n, useTexts } from '~/i18n';
import { transactionsTexts } from '~/i18n/transactions';
import { buttonClass, Spinner } from '~/ui/Button';

/** What is shown, as a file: a plain link. It is tried first, for a download that fails tells the page nothing. */
export function ExportLink({ filters }: { filters: HistoryFilters }) {
  const texts = useTexts(transactionsTexts).export;
  const { t } = useI18n();
  const check = useExportCheck();
  const path = historyCsvPath(filters);

  const download = (event: MouseEvent) => {
    // With a key held down the browser does what the person wants, another tab for one.
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    if (!check.isPending) check.mutate(path, { onSuccess: () => window.location.assign(path) });
  };

  const id = check.isError ? describeError(check.error, t).id : null;
  return (
    <span className="flex flex-wrap items-center justify-end gap-x-3 gap-y-1">
      {check.isError && (
        <span role="status" className="text-small">
          {texts.failed} {id && <span className="text-muted">{t.common.errorId(id)}</span>}
        </span>
      )}
      <a
        href={path}
        download
        onClick={download}
        aria-disabled={check.isPending || undefined}
        className={buttonClass('secondary')}
      >
        {check.isPending ? <Spinner /> : <Download aria-hidden size={18} />}
        {check.isPending ? texts.checking : texts.link}
      </a>
    </span>
  );
}
