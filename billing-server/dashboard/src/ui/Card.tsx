import { type ReactNode, useId } from 'react';

interface CardProps {
  title?: string;
  /** Beside the title: a link or a control. */
  aside?: ReactNode;
  className?: string;
  children: ReactNode;
}

export function Card({ title, aside, className = '', children }: CardProps) {
  const id = useId();
  const frame = `min-w-0 rounded-card border border-line bg-surface p-4 sm:p-6 ${className}`;
  if (!title) return <div className={frame}>{children}</div>;
  return (
    <section aria-labelledby={id} className={frame}>
      <header className="mb-4 flex min-h-8 flex-wrap items-center justify-between gap-x-4 gap-y-1">
        <h2 id={id} tabIndex={-1} className="text-lead font-semibold outline-none">
          {title}
        </h2>
        {aside}
      </header>
      {children}
    </section>
  );
}

/**
 * Where what was pressed goes away, and would take the focus with it: on to the heading above it, or to the page's where
 * all of the card goes.
 */
export function focusHeading(pressed?: Element) {
  const heading = pressed?.closest('section')?.querySelector('h2') ?? document.querySelector('h1');
  heading?.focus({ preventScroll: true });
}
