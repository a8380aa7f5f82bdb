import { pluralizer } from '../plural';
import type { Dictionary } from '../uk';

const plural = pluralizer('en');

export const common: Dictionary['common'] = {
  product: 'legal.org.ua billing',
  wordmark: 'Billing',
  skipToContent: 'Skip to content',
  nav: {
    label: 'Sections',
    overview: 'Overview',
    topup: 'Top up',
    transactions: 'Transactions',
    settings: 'Settings',
  },
  account: {
    menu: 'Account',
    signOut: 'Sign out',
    signingOut: 'Signing out…',
    balance: (amount) => `${amount} available`,
  },
  language: { label: 'Language', uk: 'Українська', en: 'English' },
  theme: { label: 'Theme', system: 'Same as system', light: 'Light', dark: 'Dark' },
  loading: 'Loading…',
  updating: 'Updating…',
  retry: 'Try again',
  close: 'Close',
  errorId: (id) => `Error id: ${id}`,
  offline: 'No network. This is what was received last.',
  away: 'The server does not answer. This is what was received last, until it does.',
  asOf: (time) => `As of ${time}`,
  sandbox: 'Sandbox: money and payments are not real here.',
  mailbox: 'Sent mail',
  suspended: 'This account is suspended: paid calls do not run.',
  support: (address) => `Write to us: ${address}`,
  calls: (count) => plural(count, { one: 'call', other: 'calls' }),
  notFound: {
    title: 'Page not found',
    text: 'There is nothing at this address.',
    home: 'To the overview',
  },
  crash: {
    title: 'This page could not be shown',
    text: 'Something went wrong in the page itself. Your money is not affected.',
    details: 'Details for support',
    reload: 'Reload the page',
  },
};
