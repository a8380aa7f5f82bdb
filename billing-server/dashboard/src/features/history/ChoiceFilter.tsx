import { useTexts } from '~/i18n';
import { transactionsTexts } from '~/i18n/transactions';
import { SelectField } from '~/ui/SelectField';

interface ChoiceFilterProps<Value extends string> {
  label: string;
  /** The name of not choosing. */
  all: string;
  choices: readonly Value[];
  value: Value | null;
  title: (value: Value) => string;
  onChange: (value: Value | null) => void;
}

/** One of a few, or all. What the address asks for is among them, even where nobody else knows it. */
export function ChoiceFilter<Value extends string>(props: ChoiceFilterProps<Value>) {
  const { label, all, choices, value, title, onChange } = props;
  const known = value === null || choices.includes(value) ? choices : [...choices, value];
  return (
    <SelectField
      label={label}
      value={value ?? ''}
      options={[
        { value: '', title: all },
        ...known.map((choice) => ({ value: choice, title: title(choice) })),
      ]}
      onChange={({ target }) => onChange(known.find((choice) => choice === target.value) ?? null)}
    />
  );
}

/** Several values, which only an address asks for; the list offers one. */
const SEVERAL = ',';

interface ListFilterProps<Value extends string> extends Omit<ChoiceFilterProps<Value>, 'value' | 'onChange'> {
  values: readonly Value[];
  onChange: (values: readonly Value[]) => void;
}

export function ListFilter<Value extends string>({ values, onChange, ...rest }: ListFilterProps<Value>) {
  const texts = useTexts(transactionsTexts);
  const [first, ...more] = values;
  if (first === undefined || more.length === 0) {
    return (
      <ChoiceFilter
        {...rest}
        value={first ?? null}
        onChange={(value) => onChange(value === null ? [] : [value])}
      />
    );
  }
  const title = texts.filters.several(rest.title(first), more.length);
  return (
    <ChoiceFilter<string>
      {...rest}
      value={SEVERAL}
      title={(value) => (value === SEVERAL ? title : rest.title(value as Value))}
      onChange={(value) => onChange(rest.choices.filter((choice) => choice === value))}
    />
  );
}
