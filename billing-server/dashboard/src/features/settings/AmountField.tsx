import { type ReactNode, useState } from 'react';
import { Field } from '~/ui/Field';

interface AmountFieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** What is wrong with it. While it is typed for the first time that is not said. */
  error: string | null;
  /** Said at once: the answer of the server. */
  refusal: string | null;
  /** The form was sent as it is. */
  isTried: boolean;
  hint: ReactNode;
}

export function AmountField({ label, value, onChange, error, refusal, isTried, hint }: AmountFieldProps) {
  const [isLeft, setLeft] = useState(false);
  return (
    <Field
      label={label}
      inputMode="decimal"
      autoComplete="off"
      unit="$"
      value={value}
      onChange={({ target }) => onChange(target.value)}
      onBlur={() => setLeft(true)}
      error={refusal ?? (isLeft || isTried ? error : null)}
      hint={hint}
      className="max-w-sm"
    />
  );
}
