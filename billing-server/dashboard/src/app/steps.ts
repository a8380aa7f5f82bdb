type Guard = (event: PopStateEvent) => void;

let guard: Guard | null = null;

// Loaded before the router listens: browsers tell the window's listeners in the order in which they came.
window.addEventListener('popstate', (event) => guard?.(event));

/** Sees each step along the browser's history before the router does, until told to stop. */
export function guardSteps(next: Guard): () => void {
  guard = next;
  return () => {
    guard = null;
  };
}
