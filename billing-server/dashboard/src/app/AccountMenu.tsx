import { CircleUser, LogOut, Settings } from 'lucide-react';
import { Link } from 'react-router';
import { describeError } from '~/api/errors';
import type { Session } from '~/api/model';
import { useSignOut } from '~/api/signOut';
import { useI18n } from '~/i18n';
import { LanguageSwitch, ThemeChoice } from '~/shared/switches';
import { Menu } from '~/ui/Menu';

const ITEM = 'flex min-h-11 w-full items-center gap-3 rounded-control px-3 text-left hover:bg-canvas';

/** Who is signed in, settings and the way out; on phones language and theme, too. */
export function AccountMenu({ session }: { session: Session }) {
  const { t } = useI18n();
  const signOut = useSignOut();
  return (
    <Menu label={t.common.account.menu} button={<CircleUser aria-hidden size={20} className="text-muted" />}>
      {(close) => (
        <>
          <div className="px-3 py-2">
            <p className="truncate font-medium">{session.name ?? session.account}</p>
            {session.email && <p className="truncate text-small text-muted">{session.email}</p>}
          </div>
          <Link to="/settings" onClick={close} className={ITEM}>
            <Settings aria-hidden size={18} className="text-muted" />
            {t.common.nav.settings}
          </Link>
          <div className="border-y border-line px-1 py-2 sm:hidden">
            <LanguageSwitch />
            <div className="px-2 py-1">
              <ThemeChoice />
            </div>
          </div>
          <button
            type="button"
            onClick={() => signOut.mutate()}
            aria-disabled={signOut.isPending || undefined}
            className={ITEM}
          >
            <LogOut aria-hidden size={18} className="text-muted" />
            {signOut.isPending ? t.common.account.signingOut : t.common.account.signOut}
          </button>
          {signOut.isError && (
            <p role="status" className="px-3 py-2 text-small text-danger">
              {describeError(signOut.error, t).text}
            </p>
          )}
        </>
      )}
    </Menu>
  );
}
