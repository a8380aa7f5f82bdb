const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Whether a browser may be sent there: to the provider's own pages, and encrypted unless it is this very machine. */
export function isCheckoutUrl(address: string, origin: string | null): boolean {
  const url = parsed(address);
  const expected = parsed(origin);
  if (!url || !expected || url.origin !== expected.origin) return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname));
}

function parsed(address: string | null): URL | null {
  try {
    return address === null ? null : new URL(address);
  } catch {
    return null;
  }
}
