import { useEffect, useState, useSyncExternalStore } from 'react';
import { useBalance } from '~/api/balance';
import type { Session } from '~/api/model';
import { useI18n } from '~/i18n';
import { useLiveState } from '~/shared/live';
import { Banner } from '~/ui/Banner';

const AWAY_AFTER_MS = 10_000;

/** What is true of every page, above it: the sandbox, no network, a suspended account. */
export function StandingBanners({ session }: { session: Session | undefined }) {
  const { t } = useI18n();
  const online = useOnline();
  return (
    <div className="mb-6 grid gap-3 empty:hidden">
      {session?.mode === 'sandbox' && (
        <Banner
          tone="info"
          action={
            session.mailboxUrl && (
              <a
                href={session.mailboxUrl}
                className="-my-2.5 inline-flex min-h-11 items-center text-primary underline underline-offset-4"
              >
                {t.common.mailbox}
              </a>
            )
          }
        >
          {t.common.sandbox}
        </Banner>
      )}
      {!online && <StaleBanner text={t.common.offline} />}
      {online && session?.signedIn && <AwayBanner />}
      {session?.signedIn && <SuspendedBanner supportEmail={session.supportEmail} />}
    </div>
  );
}

/** The stream breaks at times and comes back; what is not to be had for longer is said. */
function AwayBanner() {
  const { t } = useI18n();
  const isDown = useLiveState() === 'down';
  const { isError, refetch } = useBalance();
  const [isLong, setLong] = useState(false);

  useEffect(() => {
    if (!isDown) return;
    const timer = window.setTimeout(() => {
      setLong(true);
      refetch();
    }, AWAY_AFTER_MS);
    return () => {
      window.clearTimeout(timer);
      setLong(false);
    };
  }, [isDown, refetch]);

  return isLong && isError ? <StaleBanner text={t.common.away} /> : null;
}

function StaleBanner({ text }: { text: string }) {
  const { t, moment } = useI18n();
  const { dataUpdatedAt } = useBalance();
  const asOf = dataUpdatedAt > 0 && t.common.asOf(moment(new Date(dataUpdatedAt).toISOString(), 'time'));
  return (
    <Banner tone="caution" role="status">
      {text} {asOf && `${asOf}.`}
    </Banner>
  );
}

function SuspendedBanner({ supportEmail }: { supportEmail: string | null }) {
  const { t } = useI18n();
  const { data: balance } = useBalance();
  if (!balance?.suspended) return null;
  return (
    <Banner
      tone="danger"
      action={
        supportEmail && (
          <a
            href={`mailto:${supportEmail}`}
            className="-my-2.5 inline-flex min-h-11 items-center underline underline-offset-4"
          >
            {t.common.support(supportEmail)}
          </a>
        )
      }
    >
      {t.common.suspended}
    </Banner>
  );
}

function useOnline(): boolean {
  return useSyncExternalStore(
    (listener) => {
      window.addEventListener('online', listener);
      window.addEventListener('offline', listener);
      return () => {
        window.removeEventListener('online', listener);
        window.removeEventListener('offline', listener);
      };
    },
    () => navigator.onLine,
  );
}
