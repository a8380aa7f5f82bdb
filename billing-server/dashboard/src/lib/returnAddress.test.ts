import { describe, expect, it } from 'vitest';
import { returnPath, withoutSecrets } from './returnAddress';

describe('the address that a browser comes back to', () => {
  it.each([
    [
      '/payment/stripe/return',
      '?payment=1&payment_intent=pi_1&payment_intent_client_secret=s&redirect_status=ok',
    ],
    ['/payment/stripe/return', '?payment_intent_client_secret=s&payment=1'],
    ['/payment/stripe/return/', '?payment=1&x='],
    ['/payment/fondy/return', '?payment=1&payment=2'],
  ])('keeps the id alone of %s%s', (pathname, search) => {
    expect(withoutSecrets({ pathname, search })).toBe(`${pathname}?payment=1`);
  });

  it('is the bare page where there is no id', () => {
    const address = { pathname: '/payment/fondy/return', search: '?x=1' };
    expect(withoutSecrets(address)).toBe('/payment/fondy/return');
  });

  it.each([
    ['/topup', '?amount=10&x=1'],
    ['/payment/fondy/return', '?payment=1'],
    ['/payment/fondy/return', ''],
    ['/', ''],
  ])('is left as it is: %s%s', (pathname, search) => {
    expect(withoutSecrets({ pathname, search })).toBeNull();
  });

  it('is made of a provider and an id', () => {
    const path = returnPath('stripe', '0193-a');
    expect(path).toBe('/payment/stripe/return?payment=0193-a');
    expect(withoutSecrets(new URL(path, 'https://billing.example'))).toBeNull();
  });
});
