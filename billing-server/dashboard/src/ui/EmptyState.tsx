import type { ReactNode } from 'react';

/** What will be here, and what to do for it. */
export function EmptyState({ children, action }: { children: ReactNode; action?: ReactNode }) {
  return (
    <div className="flex flex-col items-center gap-4 px-4 py-8 text-center text-muted">
      <p className="max-w-prose">{children}</p>
      {action}
    </div>
  );
}
