import { ChevronDown } from 'lucide-react';
import { type ComponentProps, type ReactNode, useId } from 'react';

export interface SelectOption {
  value: string;
  title: string;
}

interface SelectFieldProps extends Omit<ComponentProps<'select'>, 'children'> {
  label: string;
  options: readonly SelectOption[];
  hint?: ReactNode;
  /** What is wrong with the value; shown and told with the field. */
  error?: string | null;
}

/** A labelled choice of many: the browser's own list, which every phone and screen reader knows. */
export function SelectField({ label, options, hint, error, className = '', ...rest }: SelectFieldProps) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ');
  return (
    <div className={`min-w-0 ${className}`}>
      <label htmlFor={id} className="mb-1 block text-small font-medium">
        {label}
      </label>
      <div className="relative">
        <select
          {...rest}
          id={id}
          aria-invalid={error ? true : undefined}
          aria-describedby={described || undefined}
          className={`h-11 w-full appearance-none truncate rounded-control border bg-surface pr-9 pl-3 text-body ${
            error ? 'border-danger' : 'border-control'
          }`}
        >
          {options.map(({ value, title }) => (
            <option key={value} value={value}>
              {title}
            </option>
          ))}
        </select>
        <ChevronDown
          aria-hidden
          size={16}
          className="pointer-events-none absolute top-1/2 right-3 -translate-y-1/2 text-muted"
        />
      </div>
      {hint && (
        <p id={`${id}-hint`} className="mt-1 text-note text-muted">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} className="mt-1 text-note text-danger">
          {error}
        </p>
      )}
    </div>
  );
}
