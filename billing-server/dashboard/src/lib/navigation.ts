/** Paths that are the server's, or that would lead around in a circle. */
const NOT_OURS = /^\/(api|auth|webhooks|login)(\/|\?|#|$)/;

/** Where to go after a sign-in: a local page, or the overview if that can't be told for certain. */
export function safeReturnTo(asked: string | null | undefined): string {
  // A backslash or a second slash makes a browser leave for another host.
  if (!asked?.startsWith('/') || /^\/[/\\]/.test(asked) || hasControlCharacter(asked)) return '/';
  return NOT_OURS.test(asked) ? '/' : asked;
}

function hasControlCharacter(text: string): boolean {
  return [...text].some((character) => character < ' ' || character === '\u007f');
}

export function loginPath(returnTo: string): string {
  const target = safeReturnTo(returnTo);
  return target === '/' ? '/login' : `/login?return_to=${encodeURIComponent(target)}`;
}

/** A link of the server's that comes back to `returnTo`. */
export function withReturnTo(url: string, returnTo: string): string {
  return `${url}${url.includes('?') ? '&' : '?'}return_to=${encodeURIComponent(safeReturnTo(returnTo))}`;
}

/** The transactions of one day of the account's zone. */
export function dayTransactionsPath(day: string): string {
  return `/transactions?from=${day}&to=${day}`;
}
