import { useState } from 'react';
import { useI18n, useTexts } from '~/i18n';
import { transactionsTexts } from '~/i18n/transactions';
import { Banner } from '~/ui/Banner';
import type { FilterName } from './filters';

/** Of an address that was cut off or typed by hand: what of it does not count. */
export function IgnoredFilters({ names }: { names: readonly FilterName[] }) {
  const texts = useTexts(transactionsTexts).filters;
  const { t } = useI18n();
  const [closed, setClosed] = useState(false);
  if (closed || names.length === 0) return null;
  const list = names.map((name) => texts[name].toLowerCase()).join(', ');
  return (
    <Banner tone="caution" role="status" close={{ label: t.common.close, onClose: () => setClosed(true) }}>
      {texts.ignored(list)}
    </Banner>
  );
}
