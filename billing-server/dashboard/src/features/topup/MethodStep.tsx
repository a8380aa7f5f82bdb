import type { Provider } from '~/api/model';
import { useTexts } from '~/i18n';
import { topupTexts } from '~/i18n/topup';
import { Card } from '~/ui/Card';
import { RadioCards } from '~/ui/RadioCards';

interface MethodStepProps {
  providers: readonly Provider[];
  provider: Provider;
  onChoose: (id: string) => void;
}

export function MethodStep({ providers, provider, onChoose }: MethodStepProps) {
  const texts = useTexts(topupTexts).method;
  const describe = (each: Provider) => {
    const name = each.id === 'stripe' || each.id === 'fondy' ? texts[each.id] : null;
    const rest = `${each.label} · ${each.currency}`;
    return name === null ? { title: rest } : { title: name, text: rest };
  };
  const only = describe(provider);
  return (
    <Card title={texts.title}>
      {providers.length > 1 ? (
        <RadioCards
          legend={texts.title}
          legendHidden
          options={providers.map((each) => ({ value: each.id, ...describe(each) }))}
          value={provider.id}
          onChange={onChoose}
        />
      ) : (
        <p>
          {only.title}
          <span className="block text-small text-muted">{only.text}</span>
        </p>
      )}
    </Card>
  );
}
