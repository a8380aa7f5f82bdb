import { expect, it } from 'vitest';
import { isCheckoutUrl } from './checkoutUrl';

it.each([
  ['https://pay.fondy.eu/merchants/1?x=2', 'https://pay.fondy.eu'],
  ['https://pay.fondy.eu/', 'https://pay.fondy.eu/'],
  ['http://127.0.0.1:8081/checkout/1', 'http://127.0.0.1:8081'],
  ['http://localhost:8081/checkout/1', 'http://localhost:8081'],
  ['http://[::1]:8081/checkout/1', 'http://[::1]:8081'],
])('goes to %s of %s', (url, origin) => {
  expect(isCheckoutUrl(url, origin)).toBe(true);
});

it.each([
  ['https://pay.fondy.eu/1', null],
  ['https://pay.fondy.eu/1', 'somewhere'],
  ['https://evil.example/1', 'https://pay.fondy.eu'],
  ['https://pay.fondy.eu.evil.example/1', 'https://pay.fondy.eu'],
  ['https://pay.fondy.eu@evil.example/1', 'https://pay.fondy.eu'],
  ['https://pay.fondy.eu:8443/1', 'https://pay.fondy.eu'],
  ['http://pay.fondy.eu/1', 'http://pay.fondy.eu'],
  ['http://pay.fondy.eu/1', 'https://pay.fondy.eu'],
  ['http://127.0.0.1:9/1', 'http://127.0.0.1:8081'],
  ['javascript:alert(1)', 'null'],
  ['/topup', 'https://pay.fondy.eu'],
  ['', 'https://pay.fondy.eu'],
])('does not go to %j of %j', (url, origin) => {
  expect(isCheckoutUrl(url, origin)).toBe(false);
});
