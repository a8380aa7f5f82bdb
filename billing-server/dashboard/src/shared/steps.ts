type Guard = (event: PopStateEvent) => void;

let guard: Guard | null = null;

// Loaded before the router listens: browsers tell the window's listeners in the order in which they came.
window.addEventListener('popstate', (event) => guard?.(event));

/** Where the router is in the browser's history. */
export function entryIndex(): number {
  const state: unknown = window.history.state;
  return typeof state === 'object' && state !== null && 'idx' in state ? Number(state.idx) : 0;
}

/** Sees each step along the browser's history before the router does, until told to stop. */
export function guardSteps(next: Guard): () => void {
  guard = next;
  return () => {
    guard = null;
  };
}
