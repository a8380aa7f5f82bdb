// @ts-check
/**
 * Stands in for https://js.stripe.com in browser tests: what react-stripe-js checks for and what the card form calls,
 * and nothing else. It sends confirmations to https://api.stripe.com, which the tests lead to the Stripe simulator.
 * It runs in the page as Stripe's own script does, under the page's own policy.
 *
 * @import { Appearance, ConfirmPaymentData, PaymentIntentResult, Stripe, StripeElements, StripeError } from '@stripe/stripe-js'
 */
(() => {
  const API = 'https://api.stripe.com';

  /** The release that `@stripe/stripe-js` expects; with another one it warns, and warnings fail the tests. */
  const VERSION = 'endive';

  /** Stripe's test numbers as its test payment methods. `inDialog`: 3-D Secure within the page; else on the bank's own. */
  const CARDS = new Map([
    ['4242424242424242', { paymentMethod: 'pm_card_visa', inDialog: false }],
    ['4000000000000002', { paymentMethod: 'pm_card_visa_chargeDeclined', inDialog: false }],
    ['4000000000009995', { paymentMethod: 'pm_card_visa_chargeDeclinedInsufficientFunds', inDialog: false }],
    ['4000002760003184', { paymentMethod: 'pm_card_authenticationRequired', inDialog: false }],
    ['4000000000003220', { paymentMethod: 'pm_card_threeDSecure2Required', inDialog: true }],
  ]);

  const FIELDS = [
    { name: 'number', label: 'Card number', autocomplete: 'cc-number', pattern: /^[\d ]{16,}$/ },
    { name: 'expiry', label: 'Expiration date', autocomplete: 'cc-exp', pattern: /^\d\d ?\/ ?\d\d$/ },
    { name: 'cvc', label: 'Security code', autocomplete: 'cc-csc', pattern: /^\d{3,4}$/ },
  ];

  /** The form: three plain fields where Stripe has a frame of its own. They take its appearance, near enough to see it. */
  class PaymentElement {
    root = document.createElement('div');
    /** @type {Map<string, Set<(event: object) => void>>} */
    #listeners = new Map();
    #inputs = FIELDS.map(({ label, autocomplete, pattern }) => {
      const input = document.createElement('input');
      input.inputMode = 'numeric';
      input.setAttribute('autocomplete', autocomplete);
      const error = document.createElement('span');
      error.id = `stand-in-${autocomplete}`;
      input.setAttribute('aria-describedby', error.id);
      const wrapper = document.createElement('label');
      wrapper.append(label, ' ', input);
      this.root.append(wrapper, error);
      Object.assign(wrapper.style, { display: 'block', marginTop: '16px', fontSize: '14px' });
      return { input, error, label, pattern };
    });

    /** @param {Appearance | undefined} appearance */
    dress({ variables = {}, rules = {} } = {}) {
      for (const { input, error } of this.#inputs) {
        Object.assign(input.style, {
          ...rules['.Input'],
          display: 'block',
          width: '100%',
          borderRadius: variables.borderRadius,
          background: variables.colorBackground,
          color: variables.colorText,
          fontSize: variables.fontSizeBase,
        });
        error.style.color = variables.colorDanger ?? '';
      }
    }

    /** @param {HTMLElement} parent */
    mount(parent) {
      parent.append(this.root);
      setTimeout(() => this.#emit('ready'), 0);
    }

    /** @param {string} name @param {(event: object) => void} listener */
    on(name, listener) {
      const listeners = this.#listeners.get(name) ?? new Set();
      this.#listeners.set(name, listeners.add(listener));
      return this;
    }

    /** @param {string} name @param {(event: object) => void} listener */
    off(name, listener) {
      this.#listeners.get(name)?.delete(listener);
      return this;
    }

    /** @param {string} name */
    #emit(name) {
      for (const listener of this.#listeners.get(name) ?? []) listener({ elementType: 'payment' });
    }

    focus() {
      const wrong = this.#inputs.find(({ input, pattern }) => !pattern.test(input.value));
      (wrong ?? this.#inputs[0])?.input.focus();
    }

    update() {}

    destroy() {
      this.root.remove();
    }

    /** Tells at the fields what is missing. */
    validate() {
      for (const { input, error, label, pattern } of this.#inputs) {
        const isValid = pattern.test(input.value);
        input.setAttribute('aria-invalid', String(!isValid));
        error.textContent = isValid ? '' : `Your ${label.toLowerCase()} is incomplete.`;
      }
      return this.#inputs.every(({ input, pattern }) => pattern.test(input.value));
    }

    get card() {
      const number = this.#inputs[0]?.input.value.replace(/\D/g, '') ?? '';
      const card = CARDS.get(number);
      if (!card) throw new Error(`the stand-in knows no card ${number}`);
      return card;
    }
  }

  class Elements {
    /** @type {PaymentElement | null} */
    #payment = null;
    #options;

    /** @param {{ appearance?: Appearance }} [options] */
    constructor(options = {}) {
      this.#options = options;
    }

    create() {
      this.#payment = new PaymentElement();
      this.#payment.dress(this.#options.appearance);
      return this.#payment;
    }

    getElement() {
      return this.#payment;
    }

    /** @param {{ appearance?: Appearance }} options */
    update(options) {
      this.#options = { ...this.#options, ...options };
      this.#payment?.dress(this.#options.appearance);
    }

    async submit() {
      if (this.#payment?.validate()) return { selectedPaymentMethod: 'card' };
      return { error: { type: 'validation_error', code: 'incomplete_number', message: 'Incomplete.' } };
    }
  }

  /**
   * @param {string} key the publishable one
   * @param {string} path
   * @param {Record<string, string>} parameters
   * @returns {Promise<PaymentIntentResult>}
   */
  async function call(key, path, parameters, method = 'POST') {
    const encoded = new URLSearchParams(parameters);
    const url = method === 'GET' ? `${API}${path}?${encoded}` : `${API}${path}`;
    /** @type {RequestInit} */
    const request = { method, headers: { authorization: `Bearer ${key}`, accept: 'application/json' } };
    try {
      const response = await fetch(url, method === 'GET' ? request : { ...request, body: encoded });
      const body = await response.json();
      return response.ok ? { paymentIntent: body } : { error: body.error };
    } catch (error) {
      /** @type {StripeError} */
      const unreachable = { type: 'api_connection_error', message: String(error) };
      return { error: unreachable };
    }
  }

  /** @param {string} clientSecret */
  const idOf = (clientSecret) => clientSecret.split('_secret_')[0] ?? '';

  /**
   * The bank's question in a dialog over the page. Closing it is a refusal.
   *
   * @returns {Promise<'accept' | 'refuse'>}
   */
  function askInDialog() {
    const dialog = document.createElement('dialog');
    dialog.setAttribute('aria-label', '3-D Secure');
    Object.assign(dialog.style, { margin: 'auto', padding: '24px' });
    dialog.append('Confirm this payment: ');
    for (const [value, text] of [
      ['accept', 'Complete'],
      ['refuse', 'Fail'],
    ]) {
      const button = document.createElement('button');
      button.textContent = text ?? '';
      button.addEventListener('click', () => dialog.close(value));
      dialog.append(button, ' ');
    }
    document.body.append(dialog);
    dialog.showModal();
    return new Promise((resolve) => {
      dialog.addEventListener('close', () => {
        dialog.remove();
        resolve(dialog.returnValue === 'accept' ? 'accept' : 'refuse');
      });
    });
  }

  /** @param {PaymentIntentResult} answer @param {string} key @param {string} clientSecret */
  async function afterAction(answer, key, clientSecret) {
    const intent = answer.paymentIntent;
    if (intent?.status !== 'requires_action') return answer;
    if (intent.next_action?.redirect_to_url?.url) {
      window.location.assign(intent.next_action.redirect_to_url.url);
      // The page is left; whoever waits for an answer waits for good.
      return new Promise(() => undefined);
    }
    const decision = await askInDialog();
    const done = await call(key, `/3ds/${intent.id}/${decision}`, { client_secret: clientSecret });
    const error = done.paymentIntent?.last_payment_error;
    return error ? { error } : done;
  }

  /** @param {string} key */
  function Stripe(key) {
    /** @satisfies {Pick<Stripe, 'elements' | 'confirmPayment' | 'retrievePaymentIntent' | 'registerAppInfo' | 'createToken' | 'createPaymentMethod' | 'confirmCardPayment'>} */
    const stripe = {
      /** @param {{ appearance?: Appearance }} [options] */
      elements: (options) => /** @type {StripeElements} */ (/** @type {unknown} */ (new Elements(options))),

      /**
       * @param {object} options
       * @param {StripeElements} [options.elements]
       * @param {string} [options.clientSecret]
       * @param {Partial<ConfirmPaymentData>} [options.confirmParams]
       * @returns {Promise<any>} one of the answers of its four forms
       */
      async confirmPayment({ elements, clientSecret = '', confirmParams }) {
        const element = /** @type {PaymentElement} */ (
          /** @type {unknown} */ (elements?.getElement('payment'))
        );
        const { paymentMethod, inDialog } = element.card;
        const answer = await call(key, `/v1/payment_intents/${idOf(clientSecret)}/confirm`, {
          client_secret: clientSecret,
          payment_method: paymentMethod,
          return_url: confirmParams?.return_url ?? '',
          ...(inDialog && { use_stripe_sdk: 'true' }),
        });
        return afterAction(answer, key, clientSecret);
      },

      /** @param {string} clientSecret */
      retrievePaymentIntent: (clientSecret) =>
        call(key, `/v1/payment_intents/${idOf(clientSecret)}`, { client_secret: clientSecret }, 'GET'),

      registerAppInfo() {},
      createToken: unused,
      createPaymentMethod: unused,
      confirmCardPayment: unused,
    };
    return { ...stripe, _registerWrapper() {} };
  }

  /** @returns {Promise<never>} */
  async function unused() {
    throw new Error('the stand-in does not offer this');
  }

  Object.assign(window, { Stripe: Object.assign(Stripe, { version: VERSION }) });
})();
