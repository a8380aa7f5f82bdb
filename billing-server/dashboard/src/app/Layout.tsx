import { ChartColumn, List, type LucideIcon, Plus } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link, NavLink, useLocation } from 'react-router';
import type { Session } from '~/api/model';
import { useI18n } from '~/i18n';
import type { Dictionary } from '~/i18n/uk';
import { useLiveUpdates } from '~/shared/live';
import { LanguageSwitch, ThemeMenu } from '~/shared/switches';
import { AccountMenu } from './AccountMenu';
import { BalancePill } from './BalancePill';
import { SkipLink } from './SkipLink';
import { StandingBanners } from './StandingBanners';
import { useOneAccount } from './useOneAccount';

interface Section {
  to: string;
  name: 'overview' | 'topup' | 'transactions';
  icon: LucideIcon;
}

const SECTIONS: readonly Section[] = [
  { to: '/', name: 'overview', icon: ChartColumn },
  { to: '/topup', name: 'topup', icon: Plus },
  { to: '/transactions', name: 'transactions', icon: List },
];

/** The frame around every page behind the sign-in. While the session is on its way it stands already. */
export default function Layout({ session, children }: { session: Session | undefined; children: ReactNode }) {
  const { t } = useI18n();
  const onOverview = useLocation().pathname === '/';
  if (!useOneAccount(session?.account)) return null;
  return (
    <>
      <SkipLink />
      <header className="sticky top-0 z-10 border-b border-line bg-surface">
        <div className="mx-auto flex h-16 max-w-[1104px] items-center gap-2 px-4 sm:px-6 lg:px-8">
          <Link to="/" className="mr-2 flex min-h-11 items-center rounded-control font-semibold sm:mr-4">
            {t.common.wordmark}
          </Link>
          <nav aria-label={t.common.nav.label} className="hidden sm:block">
            <ul className="flex gap-1">
              {SECTIONS.map((section) => (
                <li key={section.to}>
                  <TopLink section={section} t={t} />
                </li>
              ))}
            </ul>
          </nav>
          <div className="ml-auto flex items-center gap-1">
            {session && !onOverview && <BalancePill />}
            <span className="hidden items-center gap-1 sm:flex">
              <LanguageSwitch />
              <ThemeMenu />
            </span>
            {session && <AccountMenu session={session} />}
          </div>
        </div>
      </header>
      <main
        id="content"
        tabIndex={-1}
        className="mx-auto max-w-[1104px] px-4 py-6 outline-none max-sm:pb-28 sm:px-6 sm:py-8 lg:px-8"
      >
        {session && <LiveUpdates />}
        <StandingBanners session={session} />
        {session && children}
      </main>
      <BottomBar t={t} />
    </>
  );
}

function LiveUpdates() {
  useLiveUpdates();
  return null;
}

function TopLink({ section, t }: { section: Section; t: Dictionary }) {
  return (
    <NavLink
      to={section.to}
      end={section.to === '/'}
      className={({ isActive }) =>
        `flex min-h-11 items-center rounded-control px-3 text-small font-medium hover:bg-canvas ${
          isActive ? 'text-primary underline decoration-2 underline-offset-8' : 'text-muted'
        }`
      }
    >
      {t.common.nav[section.name]}
    </NavLink>
  );
}

/** On phones the sections stand below, near the thumb. */
function BottomBar({ t }: { t: Dictionary }) {
  return (
    <nav
      aria-label={t.common.nav.label}
      className="fixed inset-x-0 bottom-0 z-10 border-t border-line bg-surface pb-[env(safe-area-inset-bottom)] sm:hidden"
    >
      <ul className="grid grid-cols-3">
        {SECTIONS.map(({ to, name, icon: Icon }) => (
          <li key={to}>
            <NavLink
              to={to}
              end={to === '/'}
              className={({ isActive }) =>
                `flex h-16 flex-col items-center justify-center gap-0.5 text-note font-medium -outline-offset-2 ${
                  isActive ? 'text-primary' : 'text-muted'
                }`
              }
            >
              <Icon aria-hidden size={20} />
              {t.common.nav[name]}
            </NavLink>
          </li>
        ))}
      </ul>
    </nav>
  );
}
