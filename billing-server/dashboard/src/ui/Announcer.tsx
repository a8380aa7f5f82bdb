import { useSyncExternalStore } from 'react';

const CALM_MS = 5_000;

let said = '';
let lastCalmAt = Number.NEGATIVE_INFINITY;
let waiting: string | null = null;
const listeners = new Set<() => void>();

/** Tells a screen reader, when it has nothing more important to say. */
export function announce(text: string) {
  // The same words twice are told twice: a blank makes them differ.
  said = said === text ? `${text}\u00a0` : text;
  for (const listener of listeners) listener();
}

/** The same for what may change often: at most once in 5 seconds, the newest words win. */
export function announceCalmly(text: string) {
  const wait = lastCalmAt + CALM_MS - Date.now();
  if (wait <= 0) {
    lastCalmAt = Date.now();
    announce(text);
    return;
  }
  if (waiting === null) {
    window.setTimeout(() => {
      const newest = waiting;
      waiting = null;
      if (newest !== null) announceCalmly(newest);
    }, wait);
  }
  waiting = text;
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The one polite live region of the page. */
export function Announcer() {
  const text = useSyncExternalStore(subscribe, () => said);
  return (
    <div aria-live="polite" className="sr-only">
      {text}
    </div>
  );
}
