/** The page that tells how a payment ended, and that providers send the browser back to. */
export function returnPath(provider: string, paymentId: string): string {
  return `/payment/${encodeURIComponent(provider)}/return?payment=${encodeURIComponent(paymentId)}`;
}

/**
 * An address without what a provider added to it on the way back, secrets among it; null where there is nothing to
 * take away. It is called before anything else can read the address.
 */
export function withoutSecrets({ pathname, search }: { pathname: string; search: string }): string | null {
  if (!/^\/payment\/[^/]+\/return\/?$/.test(pathname)) return null;
  const payment = new URLSearchParams(search).get('payment');
  const query = payment === null ? '' : `?${new URLSearchParams({ payment })}`;
  return query === search ? null : pathname + query;
}
