import { type ReactNode, useId } from 'react';

export interface RadioOption<Value extends string> {
  value: Value;
  title: ReactNode;
  text?: ReactNode;
}

interface RadioCardsProps<Value extends string> {
  legend: string;
  /** Keeps the legend for screen readers alone, where a heading says the same. */
  legendHidden?: boolean;
  options: readonly RadioOption<Value>[];
  value: Value | null;
  onChange: (value: Value) => void;
  /** `row`: small cards beside each other, as many as fit. */
  layout?: 'column' | 'row';
}

/** One choice of a few, each a card to press. */
export function RadioCards<Value extends string>(props: RadioCardsProps<Value>) {
  const { legend, legendHidden = false, options, value, onChange, layout = 'column' } = props;
  const name = useId();
  return (
    <fieldset>
      <legend className={legendHidden ? 'sr-only' : 'mb-1 text-small font-medium'}>{legend}</legend>
      <div className={layout === 'row' ? 'flex flex-wrap gap-2' : 'grid gap-2'}>
        {options.map((option) => (
          <label key={option.value} className={CARD}>
            <input
              type="radio"
              name={name}
              value={option.value}
              checked={option.value === value}
              onChange={() => onChange(option.value)}
              className="size-4 shrink-0 accent-primary outline-none"
            />
            <span>
              <span className="block">{option.title}</span>
              {option.text && <span className="block text-small text-muted">{option.text}</span>}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

const CARD =
  'flex min-h-11 items-center gap-3 rounded-control border border-control bg-surface px-3 py-2 hover:bg-canvas ' +
  'has-checked:border-primary has-checked:ring-1 has-checked:ring-primary has-focus-visible:outline-2 ' +
  'has-focus-visible:outline-offset-2 has-focus-visible:outline-primary';
