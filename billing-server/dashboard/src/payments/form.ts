import type { Provider } from '~/api/model';
import type { PaymentOrder } from '~/api/payments';
import type { Attempt } from './useAttempt';

/** What every way to pay is given. */
export interface PaymentFormProps {
  provider: Provider;
  /** Null while the amount is missing or can't be paid. */
  order: PaymentOrder | null;
  /** The exact sum is on its way. */
  isCounting: boolean;
  attempt: Attempt;
  /** The button was pressed without an order. */
  onIncomplete: () => void;
  /** The page to lead back to afterwards. */
  returnTo: string | null;
}
