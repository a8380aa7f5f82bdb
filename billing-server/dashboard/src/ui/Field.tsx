import { type ComponentProps, type ReactNode, useId } from 'react';

interface FieldProps extends ComponentProps<'input'> {
  label: string;
  hint?: ReactNode;
  /** What is wrong with the value; shown and told with the field. */
  error?: string | null;
  /** A unit after the value. */
  unit?: string;
  /** For the one value that a page is about. */
  large?: boolean;
}

/** A labelled text field. */
export function Field({ label, hint, error, unit, large = false, className = '', ...rest }: FieldProps) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ');
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1 block text-small font-medium">
        {label}
      </label>
      <div className={`${FRAME} ${error ? 'border-danger' : 'border-control'}`}>
        <input
          {...rest}
          id={id}
          className={`figures w-full min-w-0 bg-transparent px-3 outline-none placeholder:text-muted ${large ? 'h-14 text-title' : 'h-11 text-body'}`}
          aria-invalid={error ? true : undefined}
          aria-describedby={described || undefined}
        />
        {unit && <span className="shrink-0 pr-3 text-muted">{unit}</span>}
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

const FRAME =
  'flex items-center rounded-control border bg-surface focus-within:outline-2 focus-within:outline-offset-2 ' +
  'focus-within:outline-primary';
