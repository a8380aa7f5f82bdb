import { useRef, useState } from 'react';
import { useSearchParams } from 'react-router';
import type { Provider } from '~/api/model';
import { useTexts } from '~/i18n';
import { topupTexts } from '~/i18n/topup';
import { safeReturnTo } from '~/lib/navigation';
import { PAYMENT_FORMS } from '~/payments';
import { useAttempt } from '~/payments/useAttempt';
import { QueryError } from '~/shared/QueryError';
import { Card } from '~/ui/Card';
import { AmountStep } from './AmountStep';
import { chosenAmount } from './amount';
import { MethodStep } from './MethodStep';
import { Summary } from './Summary';
import { Unfinished } from './Unfinished';
import { useCharge } from './useCharge';
import { type Choice, useChoice } from './useChoice';

interface TopUpProps {
  /** At least one. */
  providers: readonly [Provider, ...Provider[]];
  usdInUah: string | null;
}

/** Amount, way to pay, payment: three steps on one page. */
export function TopUp({ providers, usdInUah }: TopUpProps) {
  const texts = useTexts(topupTexts);
  const [choice, choose] = useChoice();
  const [isChecked, setIsChecked] = useState(false);
  const [isAnew, setIsAnew] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const attempt = useAttempt();
  const returnTo = useReturnTo();

  const provider = chosenProvider(providers, choice);
  const chosen = chosenAmount(choice, provider, usdInUah);
  const charge = useCharge(provider, chosen, choice);
  const isPaying = attempt.phase !== 'idle';
  const Form = PAYMENT_FORMS[provider.kind];

  const chooseMethod = (method: string) => {
    choose({ method });
    attempt.forget();
  };

  const showWhatIsMissing = () => {
    setIsChecked(true);
    field.current?.focus();
  };

  return (
    <>
      {!isPaying && (
        <Unfinished providers={providers} isDismissed={isAnew} onDismiss={() => setIsAnew(true)} />
      )}
      <div inert={isPaying} className="grid gap-6">
        <AmountStep
          {...{ choice, choose, providers, provider, chosen, charge, usdInUah, isChecked, field }}
          onCheck={() => setIsChecked(true)}
        />
        <MethodStep providers={providers} provider={provider} onChoose={chooseMethod} />
      </div>
      <Summary provider={provider} charge={charge} />
      <Card title={texts.pay.title}>
        {charge.error ? (
          <QueryError error={charge.error} onRetry={charge.retry} />
        ) : (
          <Form
            key={provider.id}
            order={charge.order}
            isCounting={charge.isCounting}
            onIncomplete={showWhatIsMissing}
            {...{ provider, attempt, returnTo }}
          />
        )}
      </Card>
    </>
  );
}

/** The one that was chosen; else the first that takes the currency of the amount. */
function chosenProvider(providers: TopUpProps['providers'], { method, currency }: Choice): Provider {
  return (
    providers.find(({ id }) => id === method) ??
    providers.find((provider) => provider.currency === currency) ??
    providers[0]
  );
}

function useReturnTo(): string | null {
  const [search] = useSearchParams();
  const asked = search.get('return_to');
  return asked === null ? null : safeReturnTo(asked);
}
