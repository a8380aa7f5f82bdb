import { useI18n, useTexts } from '~/i18n';
import { loginTexts } from '~/i18n/login';
import { Banner, type BannerTone } from '~/ui/Banner';

/** How a sign-in can end; the server leads back here with one of these words. */
const TONES = {
  cancelled: 'caution',
  refused: 'caution',
  expired: 'danger',
  unavailable: 'danger',
} satisfies Record<string, BannerTone>;

type Failure = keyof typeof TONES;

interface LoginNoticeProps {
  failure: string | null;
  signedOut: boolean;
  supportEmail: string | null | undefined;
}

/** What has just happened, above the card. */
export function LoginNotice({ failure, signedOut, supportEmail }: LoginNoticeProps) {
  const { t } = useI18n();
  const texts = useTexts(loginTexts);
  if (isFailure(failure)) {
    const address = failure === 'unavailable' ? supportEmail : null;
    return (
      <Banner tone={TONES[failure]} role="status">
        {texts.failures[failure]}{' '}
        {address && (
          <a
            href={`mailto:${address}`}
            className="-my-2.5 inline-flex min-h-11 items-center underline underline-offset-4"
          >
            {t.common.support(address)}
          </a>
        )}
      </Banner>
    );
  }
  if (!signedOut) return null;
  return (
    <Banner tone="positive" role="status">
      {texts.signedOut}
    </Banner>
  );
}

function isFailure(word: string | null): word is Failure {
  return word !== null && Object.hasOwn(TONES, word);
}
