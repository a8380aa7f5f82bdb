import { SlidersHorizontal, X } from 'lucide-react';
import { useId, useState } from 'react';
import type { TransactionType } from '~/api/model';
import { useProviders } from '~/api/payments';
import { useTexts } from '~/i18n';
import { transactionsTexts } from '~/i18n/transactions';
import { toolName } from '~/lib/tools';
import { Button } from '~/ui/Button';
import { ChoiceFilter, ListFilter } from './ChoiceFilter';
import { countFilters, type Filters, STATUSES, TYPES } from './filters';
import { PeriodFilter } from './PeriodFilter';
import type { AccountDay } from './query';
import { TextFilter } from './TextFilter';
import type { ChangeFilters } from './useFilters';

interface FilterBarProps {
  filters: Filters;
  change: ChangeFilters;
  clear: () => void;
  day: AccountDay | null;
  /** The tools that there are to choose from. */
  operations: readonly string[];
}

/** All filters: on phones behind a button, to leave room for what they are about. */
export function FilterBar({ filters, change, clear, day, operations }: FilterBarProps) {
  const texts = useTexts(transactionsTexts);
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const active = countFilters(filters);
  const providers = useProviders().data ?? [];
  const labelOf = (provider: string) => providers.find(({ id }) => id === provider)?.label ?? provider;
  const providerIds = providers.map((provider) => provider.id);

  return (
    <section aria-label={texts.filters.title} className="grid gap-3">
      <Button
        className="sm:hidden"
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setOpen(!isOpen)}
      >
        <SlidersHorizontal aria-hidden size={18} />
        {active > 0 ? `${texts.filters.title} (${active})` : texts.filters.title}
      </Button>
      <div id={id} className={`grid gap-3 sm:grid-cols-2 lg:grid-cols-3 ${isOpen ? '' : 'max-sm:hidden'}`}>
        <PeriodFilter period={filters.period} change={change} day={day} />
        <ListFilter
          label={texts.filters.types}
          all={texts.filters.all.types}
          choices={TYPES}
          values={filters.types}
          title={(type) => texts.types[type]}
          onChange={(types: readonly TransactionType[]) => change({ types })}
        />
        <ListFilter
          label={texts.filters.operations}
          all={texts.filters.all.operations}
          choices={operations}
          values={filters.operations}
          title={toolName}
          onChange={(operations) => change({ operations })}
        />
        <ChoiceFilter
          label={texts.filters.provider}
          all={texts.filters.all.provider}
          choices={providerIds}
          value={filters.provider}
          title={labelOf}
          onChange={(provider) => change({ provider })}
        />
        <ChoiceFilter
          label={texts.filters.status}
          all={texts.filters.all.status}
          choices={STATUSES}
          value={filters.status}
          title={(status) => texts.statuses[status]}
          onChange={(status) => change({ status })}
        />
        <TextFilter text={filters.text} change={change} />
      </div>
      {active > 0 && (
        <div className="flex flex-wrap items-center gap-x-4">
          <span className="text-small text-muted">{texts.filters.active(active)}</span>
          <Button variant="quiet" onClick={clear} className="px-2 text-small">
            <X aria-hidden size={16} />
            {texts.filters.clear}
          </Button>
        </div>
      )}
    </section>
  );
}
