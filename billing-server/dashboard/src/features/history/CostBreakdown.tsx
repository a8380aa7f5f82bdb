import { useI18n, useTexts } from '~/i18n';
import { transactionsTexts } from '~/i18n/transactions';
import { toMicros } from '~/lib/money';
import { type Breakdown, readBreakdown } from './breakdown';
import { linesOf } from './breakdownLines';

/** How a cost came about. */
export function CostBreakdown({ raw }: { raw: Readonly<Record<string, unknown>> | null }) {
  const texts = useTexts(transactionsTexts).breakdown;
  const { money } = useI18n();
  if (!raw) return <p className="text-muted">{texts.none}</p>;
  const breakdown = readBreakdown(raw);
  switch (breakdown.kind) {
    case 'fixed':
      return (
        <p>
          {texts.fixed}: {money(toMicros(Number(breakdown.total)), { decimals: 'exact' })}
        </p>
      );
    case 'other':
      return <Entries entries={breakdown.entries} />;
    default:
      return <Bill breakdown={breakdown} />;
  }
}

function Bill({ breakdown }: { breakdown: Extract<Breakdown, { kind: 'units' | 'batch' }> }) {
  const texts = useTexts(transactionsTexts).breakdown;
  const { language } = useI18n();
  return (
    <div>
      <table className="w-full max-w-2xl border-collapse">
        <caption className="pb-1 text-left font-medium">{texts.title}</caption>
        <thead>
          <tr className="border-b border-line text-muted">
            <th scope="col" className={ITEM}>
              {texts.item}
            </th>
            <th scope="col" className={`${WIDE_FIGURE} font-normal`}>
              {texts.count}
            </th>
            <th scope="col" className={`${WIDE_FIGURE} font-normal`}>
              {texts.price}
            </th>
            <th scope="col" className={`${FIGURE} font-normal`}>
              {texts.amount}
            </th>
          </tr>
        </thead>
        <tbody>
          {linesOf(breakdown, texts, language).map(({ key, item, count, price, amount, isSum }) => (
            <tr key={key} className={`border-b border-line last:border-0 ${isSum ? 'font-medium' : ''}`}>
              <th scope="row" className={`${ITEM} ${isSum ? 'font-medium' : ''}`}>
                {item}
                {count && (
                  <span className="figures block text-note text-muted sm:hidden">
                    {price ? `${count} × ${price.trimEnd()}` : count}
                  </span>
                )}
              </th>
              <td className={WIDE_FIGURE}>{count}</td>
              <td className={WIDE_FIGURE}>{price}</td>
              <td className={FIGURE}>{amount}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {breakdown.volume !== null && (
        <p className="mt-2 text-note text-muted">{texts.volume(breakdown.volume)}</p>
      )}
    </div>
  );
}

/** What a service with prices of its own has written down. */
function Entries({ entries }: { entries: [name: string, value: string][] }) {
  const texts = useTexts(transactionsTexts).breakdown;
  return (
    <div>
      <p className="font-medium">{texts.title}</p>
      <dl className="mt-1 grid gap-x-6 gap-y-1 sm:grid-cols-[max-content_1fr]">
        {entries.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-muted">{name}</dt>
            <dd className="min-w-0 break-words">{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

const ITEM = 'py-1.5 pr-2 text-left font-normal';
const FIGURE = 'figures py-1.5 pl-2 text-right';
/** On phones what is in it stands below the item. */
const WIDE_FIGURE = `${FIGURE} max-sm:hidden`;
