import { ChevronDown } from 'lucide-react';
import { type ReactNode, useEffect, useId, useRef, useState } from 'react';

interface MenuProps {
  label: string;
  /** What the button shows beside its arrow. */
  button: ReactNode;
  children: (close: () => void) => ReactNode;
}

/** A button that opens a small panel of links and controls below it. */
export function Menu({ label, button, children }: MenuProps) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const id = useId();

  useEffect(() => {
    if (!open) return;
    const onPress = (event: Event) => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) setOpen(false);
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      setOpen(false);
      opener.current?.focus();
    };
    document.addEventListener('pointerdown', onPress);
    document.addEventListener('focusin', onPress);
    document.addEventListener('keydown', onKey);
    return () => {
      document.removeEventListener('pointerdown', onPress);
      document.removeEventListener('focusin', onPress);
      document.removeEventListener('keydown', onKey);
    };
  }, [open]);

  return (
    <div ref={root} className="relative">
      <button
        ref={opener}
        type="button"
        aria-label={label}
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
        className="flex h-11 min-w-11 items-center justify-center gap-1 rounded-control px-2 hover:bg-canvas"
      >
        {button}
        <ChevronDown aria-hidden size={16} className="text-muted" />
      </button>
      <div
        id={id}
        hidden={!open}
        className="absolute right-0 z-20 mt-1 w-64 rounded-card border border-line bg-surface p-2"
      >
        {children(() => setOpen(false))}
      </div>
    </div>
  );
}
