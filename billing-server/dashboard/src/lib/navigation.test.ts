import { describe, expect, it } from 'vitest';
import { loginPath, safeReturnTo, withReturnTo } from './navigation';

describe('safeReturnTo', () => {
  it.each(['/topup', '/topup?amount=10', '/transactions?type=charge#x', '/payment/fondy/return?payment=1'])(
    'keeps the local page %s',
    (path) => {
      expect(safeReturnTo(path)).toBe(path);
    },
  );

  it.each([
    null,
    '',
    'topup',
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '/\n/evil.example',
    '/api/billing/history.csv',
    '/auth/logout',
    '/login?return_to=/login',
    'javascript:alert(1)',
  ])('leads home instead of %j', (path) => {
    expect(safeReturnTo(path)).toBe('/');
  });
});

it('names the page to come back to when signing in', () => {
  expect(loginPath('/')).toBe('/login');
  expect(loginPath('/topup?amount=10')).toBe('/login?return_to=%2Ftopup%3Famount%3D10');
  expect(withReturnTo('/auth/login', '/topup')).toBe('/auth/login?return_to=%2Ftopup');
});
