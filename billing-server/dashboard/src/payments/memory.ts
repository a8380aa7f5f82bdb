/**
 * What this tab knows of the payment that it started last: over a reload, and over the way to the provider and back.
 * Ids and a local path; never a secret.
 */
const STORED_AS = 'billing.payment';

interface Remembered {
  provider: string;
  id: string;
  /** The page that the person came from, to lead back to. */
  returnTo: string | null;
  /** The card was sent, and its answer has not come. Until it is known nothing else may be paid. */
  isUnsettled: boolean;
}

export function rememberPayment(payment: Remembered) {
  try {
    sessionStorage.setItem(STORED_AS, JSON.stringify(payment));
  } catch {
    // Storage may be closed to us; then only the way back is lost, and the list of open payments still tells.
  }
}

export function recallPayment(): Remembered | null {
  try {
    const stored: unknown = JSON.parse(sessionStorage.getItem(STORED_AS) ?? 'null');
    return isRemembered(stored) ? stored : null;
  } catch {
    return null;
  }
}

/** The answer has come. */
export function settlePayment(id: string) {
  const payment = recallPayment();
  if (payment?.id === id && payment.isUnsettled) rememberPayment({ ...payment, isUnsettled: false });
}

function isRemembered(value: unknown): value is Remembered {
  if (typeof value !== 'object' || value === null) return false;
  const { provider, id, returnTo, isUnsettled } = value as Partial<Remembered>;
  const hasWayBack = returnTo === null || typeof returnTo === 'string';
  return (
    typeof provider === 'string' && typeof id === 'string' && hasWayBack && typeof isUnsettled === 'boolean'
  );
}
