import type { payment as Ukrainian } from '../uk/payment';

export const payment: typeof Ukrainian = {
  amount: (amount) => `Amount: ${amount}`,
  number: 'Payment number:',
  toOverview: 'To the overview',
  checking: {
    title: 'Checking the payment',
    received: 'Received by the bank',
    credited: 'Added to the balance',
    standing: { done: 'done', now: 'under way', later: 'to come' },
    unreachable: 'The server does not answer yet. We go on checking.',
    notPaidYet: 'Not paid yet?',
    backToCheckout: 'Back to the payment page',
  },
  slow: {
    title: 'The payment is being processed',
    text: 'The bank is still processing the payment. It will be added to your balance automatically, and we will send you an email.',
    review: 'One of our people is looking at this payment. We will send you an email when it is done.',
    safeToLeave: 'You can close this page.',
  },
  unfinished: {
    title: 'The payment was not completed',
    text: 'No payment has reached us. If you have confirmed it at your bank, please don’t pay twice: it will be added automatically.',
  },
  succeeded: {
    title: 'Balance topped up',
    available: 'Available',
    paid: (amount) => `${amount} paid`,
    takenBack: (amount) => `${amount} was taken back later.`,
    goBack: 'Back to where you were',
  },
  unpaid: {
    titles: {
      refused: 'The payment did not go through',
      canceled: 'The payment was cancelled',
      expired: 'The time to pay has run out',
    },
    notCharged: 'Nothing was charged.',
    tryAgain: 'Try again',
    startAnew: 'Start a new payment',
  },
  unknown: {
    title: 'Payment not found',
    text: 'There is no such payment in your account.',
  },
};
