import { type ReactNode, useDeferredValue } from 'react';

interface LaterProps {
  /** Stands for the children until they are drawn. */
  placeholder?: ReactNode;
  children: ReactNode;
}

/**
 * Draws at first what is cheap, and its children after that, in slices between which the page answers to touches.
 * For the large parts of a page: what a query's answer brings is drawn in one go otherwise.
 */
export function Later({ placeholder = null, children }: LaterProps) {
  const isDue = useDeferredValue(true, false);
  return isDue ? children : placeholder;
}
