import type { Stripe, StripeError } from '@stripe/stripe-js';
import { act } from '@testing-library/react';
import { vi } from 'vitest';

type Listener = () => void;
type Answer = { paymentIntent: object } | { error: Partial<StripeError> };

/** Stripe.js, which jsdom can't load: tests say what it answers. */
export function fakeStripe() {
  const listeners = new Map<string, Listener>();
  const element = {
    mount: (parent: HTMLElement) => parent.append('card form'),
    on: (name: string, listener: Listener) => listeners.set(name, listener),
    off: (name: string) => listeners.delete(name),
    update: vi.fn(),
    destroy: vi.fn(),
    focus: vi.fn(),
  };
  const elements = {
    create: vi.fn(() => element),
    getElement: () => element,
    update: vi.fn(),
    submit: vi.fn(async (): Promise<object> => ({ selectedPaymentMethod: 'card' })),
  };
  const stripe = {
    elements: vi.fn((_options: object) => elements),
    confirmPayment: vi.fn((_options: object): Promise<Answer> => new Promise(() => undefined)),
    retrievePaymentIntent: vi.fn((_secret: string): Promise<Answer> => new Promise(() => undefined)),
    createToken: vi.fn(),
    createPaymentMethod: vi.fn(),
    confirmCardPayment: vi.fn(),
  };
  return {
    stripe: stripe as unknown as Stripe,
    calls: stripe,
    element,
    elements,
    /** What the form tells: that it is ready, or that it could not be loaded. */
    tell: (event: 'ready' | 'loaderror') => act(() => listeners.get(event)?.()),
  };
}

export const succeeded = { paymentIntent: { id: 'pi_1', status: 'succeeded' } };

export function declined(code: string, declineCode?: string) {
  return { error: { type: 'card_error' as const, code, decline_code: declineCode } };
}
