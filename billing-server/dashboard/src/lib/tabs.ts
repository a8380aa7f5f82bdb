/** The tabs of a browser share one sign-in: they tell each other whose it is. */
const tabs = open();

/** Who has signed in here; null where somebody has signed out. */
export function tellTabs(account: string | null) {
  tabs?.postMessage(account);
}

/** Hears what other tabs tell, until told to stop. */
export function hearTabs(listener: (account: string | null) => void): () => void {
  const hear = ({ data }: MessageEvent<string | null>) => listener(data);
  tabs?.addEventListener('message', hear);
  return () => tabs?.removeEventListener('message', hear);
}

function open(): BroadcastChannel | null {
  try {
    return new BroadcastChannel('billing.account');
  } catch {
    // Missing, or closed to us as storage may be: a tab then finds out once it is looked at.
    return null;
  }
}
