import type { reasons } from '~/i18n/uk/reasons';

/** Why a payment was not made, by a key of the texts. */
export type Reason = keyof typeof reasons;

/** Providers' codes, the narrowest that they tell. What is not listed is a refusal that the bank does not explain. */
const REASONS: Record<string, Reason> = {
  insufficient_funds: 'insufficientFunds',
  expired_card: 'expiredCard',
  invalid_expiry_month: 'expiredCard',
  invalid_expiry_year: 'expiredCard',
  incorrect_cvc: 'wrongCvc',
  invalid_cvc: 'wrongCvc',
  incorrect_number: 'wrongNumber',
  invalid_number: 'wrongNumber',
  invalid_account: 'wrongNumber',
  card_not_supported: 'notSupported',
  currency_not_supported: 'notSupported',
  service_not_allowed: 'notSupported',
  transaction_not_allowed: 'notSupported',
  restricted_card: 'notSupported',
  card_velocity_exceeded: 'cardLimit',
  withdrawal_count_limit_exceeded: 'cardLimit',
  authentication_required: 'notConfirmed',
  authentication_not_handled: 'notConfirmed',
  mobile_device_authentication_required: 'notConfirmed',
  payment_intent_authentication_failure: 'notConfirmed',
  processing_error: 'bankAway',
  issuer_not_available: 'bankAway',
  reenter_transaction: 'bankAway',
  try_again_later: 'bankAway',
  // Fondy's numbers.
  1037: 'insufficientFunds',
  1025: 'expiredCard',
  1003: 'wrongCvc',
  1015: 'wrongNumber',
  1040: 'cardLimit',
  1024: 'notConfirmed',
  1053: 'notConfirmed',
  1073: 'notConfirmed',
  1075: 'notConfirmed',
  1105: 'notConfirmed',
  1002: 'bankAway',
  1049: 'bankAway',
  1066: 'bankAway',
  1089: 'bankAway',
  1122: 'bankAway',
  1123: 'bankAway',
  1052: 'tooLate',
  1054: 'tooLate',
};

export function reasonOf(code: string | null | undefined): Reason {
  return (code && Object.hasOwn(REASONS, code) && REASONS[code]) || 'declined';
}

/** A payment that was not made, for a reason that the person can be told. */
export class PaymentRefused extends Error {
  override readonly name = 'PaymentRefused';

  constructor(readonly reason: Reason) {
    super(reason);
  }
}
