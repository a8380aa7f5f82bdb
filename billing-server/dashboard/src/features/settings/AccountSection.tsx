import { describeError } from '~/api/errors';
import type { Settings } from '~/api/model';
import { useSignOut } from '~/api/signOut';
import { useI18n, useTexts } from '~/i18n';
import { settingsTexts } from '~/i18n/settings';
import { Button } from '~/ui/Button';
import { Card } from '~/ui/Card';

/** Who is signed in, and the way out. */
export function AccountSection({ settings: { name, email } }: { settings: Settings }) {
  const texts = useTexts(settingsTexts).account;
  const { t } = useI18n();
  const signOut = useSignOut();
  return (
    <Card title={texts.title}>
      <dl className="grid gap-x-6 sm:grid-cols-[max-content_1fr] sm:gap-y-2">
        <dt className="text-muted">{texts.name}</dt>
        <dd className="min-w-0 break-words max-sm:mb-2">{name ?? texts.unknown}</dd>
        <dt className="text-muted">{texts.email}</dt>
        <dd className="min-w-0 break-words">{email ?? texts.unknown}</dd>
      </dl>
      <div className="mt-4 flex flex-wrap items-center gap-x-4 gap-y-2">
        <Button onClick={() => signOut.mutate()} busy={signOut.isPending}>
          {signOut.isPending ? texts.signingOut : texts.signOut}
        </Button>
        {signOut.isError && (
          <p role="status" className="text-small text-danger">
            {describeError(signOut.error, t).text}
          </p>
        )}
      </div>
    </Card>
  );
}
