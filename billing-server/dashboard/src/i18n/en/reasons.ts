import type { reasons as Ukrainian } from '../uk/reasons';

export const reasons: typeof Ukrainian = {
  insufficientFunds: 'There is not enough money on the card.',
  expiredCard: 'The expiry date is wrong, or the card has expired.',
  wrongCvc: 'The CVC is wrong.',
  wrongNumber: 'The card number is wrong.',
  notSupported: 'This payment can’t be made with this card. Please try another one.',
  cardLimit: 'The limit of the card is exceeded.',
  notConfirmed: 'The confirmation was cancelled, or the bank did not accept it.',
  bankAway: 'The bank does not answer now. Please try again in a few minutes, or take another card.',
  tooLate: 'The time to pay has run out. Please start a new payment.',
  declined: 'The bank declined the payment. Please try another card, or ask your bank.',
  notPaid: 'The payment was not made. Please try again.',
  canceled: 'The payment was cancelled. Please start a new one.',
  wrongAddress:
    'The address of the payment page is not the one we expected, so we did not open it. Please pay another way.',
};
