import type { login as Ukrainian } from '../uk/login';

export const login: typeof Ukrainian = {
  title: 'Sign in',
  text: 'Balance, spending and top-ups of your account.',
  button: 'Sign in with legal.org.ua',
  leaving: 'Going to the sign-in…',
  demo: {
    title: 'Sign in to look around',
    text: 'Without a password, in the sandbox only.',
    button: (name) => `Sign in as ${name}`,
  },
  none: 'Signing in is not set up on this server.',
  signedOut: 'You have signed out.',
  failures: {
    cancelled: 'Signing in was cancelled.',
    refused: 'Signing in was refused.',
    expired: 'The time to sign in has run out. Please start again.',
    unavailable: 'The sign-in service does not answer. Please try again in a few minutes.',
  },
};
