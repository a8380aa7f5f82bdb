import { LoaderCircle } from 'lucide-react';
import type { ComponentProps } from 'react';
import { Link } from 'react-router';

type Variant = 'primary' | 'secondary' | 'quiet';

const BASE =
  'inline-flex min-h-11 items-center justify-center gap-2 rounded-control px-4 py-2 text-body font-medium ' +
  'transition-colors disabled:opacity-60 aria-disabled:opacity-60 forced-colors:border forced-colors:border-solid';

const VARIANTS: Record<Variant, string> = {
  primary: 'bg-primary text-on-primary hover:bg-primary-hover',
  secondary: 'border border-control bg-surface text-ink hover:bg-canvas',
  quiet: 'text-primary hover:bg-canvas hover:text-primary-hover',
};

/** For what looks like a button and is a link: the server's own addresses among them. */
export function buttonClass(variant: Variant = 'secondary', className = ''): string {
  return `${BASE} ${VARIANTS[variant]} ${className}`;
}

interface ButtonProps extends ComponentProps<'button'> {
  variant?: Variant;
  /** At work: looks so, keeps the focus, and does nothing when pressed again. */
  busy?: boolean;
}

export function Button({ variant, busy = false, className, onClick, children, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={buttonClass(variant, className)}
      aria-disabled={busy || undefined}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {busy && <Spinner />}
      {children}
    </button>
  );
}

export function ButtonLink({
  variant,
  className,
  ...rest
}: ComponentProps<typeof Link> & { variant?: Variant }) {
  return <Link {...rest} className={buttonClass(variant, className)} />;
}

export function Spinner() {
  return <LoaderCircle aria-hidden size={18} className="shrink-0 motion-safe:animate-spin" />;
}
