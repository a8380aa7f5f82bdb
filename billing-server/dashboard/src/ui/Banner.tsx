import { CircleAlert, CircleCheck, Info, TriangleAlert, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { focusHeading } from './Card';

export type BannerTone = 'info' | 'positive' | 'caution' | 'danger';

const TONES = {
  info: { frame: 'border-line bg-surface', icon: Info, color: 'text-muted' },
  positive: { frame: 'border-positive bg-positive-ground', icon: CircleCheck, color: 'text-positive' },
  caution: { frame: 'border-caution bg-caution-ground', icon: TriangleAlert, color: 'text-caution' },
  danger: { frame: 'border-danger bg-danger-ground', icon: CircleAlert, color: 'text-danger' },
};

interface BannerProps {
  tone: BannerTone;
  children: ReactNode;
  /** A button or a link. */
  action?: ReactNode;
  close?: { label: string; onClose: () => void };
  /** `alert` for a payment that failed, and for nothing else. */
  role?: 'status' | 'alert';
}

export function Banner({ tone, children, action, close, role }: BannerProps) {
  const { frame, icon: Icon, color } = TONES[tone];
  return (
    <div role={role} className={`flex items-start gap-3 rounded-card border px-4 py-3 ${frame}`}>
      <div className="flex min-w-0 grow flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <div className="flex min-w-0 gap-3">
          <Icon aria-hidden size={20} className={`mt-0.5 shrink-0 ${color}`} />
          <div className="min-w-0">{children}</div>
        </div>
        {action && <div className="max-sm:w-full max-sm:pl-8">{action}</div>}
      </div>
      {close && (
        <button
          type="button"
          onClick={({ currentTarget }) => {
            focusHeading(currentTarget);
            close.onClose();
          }}
          aria-label={close.label}
          className="-my-2 -mr-3 grid size-11 shrink-0 place-items-center rounded-control text-muted hover:text-ink"
        >
          <X aria-hidden size={18} />
        </button>
      )}
    </div>
  );
}
