import { useId } from 'react';

interface SegmentsProps<Value extends string> {
  legend: string;
  options: readonly { value: Value; title: string }[];
  value: Value;
  onChange: (value: Value) => void;
}

/** One choice of a few short words, side by side. */
export function Segments<Value extends string>({ legend, options, value, onChange }: SegmentsProps<Value>) {
  const name = useId();
  return (
    <fieldset className="flex rounded-control border border-control">
      <legend className="sr-only">{legend}</legend>
      {options.map((option) => (
        <label key={option.value} className={SEGMENT}>
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
            className="absolute size-px appearance-none opacity-0"
          />
          {option.title}
        </label>
      ))}
    </fieldset>
  );
}

const SEGMENT =
  'relative flex min-h-11 items-center px-3 text-small text-muted first-of-type:rounded-l-[7px] ' +
  'last-of-type:rounded-r-[7px] hover:text-ink has-checked:bg-primary has-checked:font-medium ' +
  'has-checked:text-on-primary has-focus-visible:outline-2 has-focus-visible:outline-offset-2 ' +
  'has-focus-visible:outline-primary forced-colors:has-checked:outline-2';
