import { useEffect, useState } from 'react';
import type { SignInWay } from '~/api/model';
import { useTexts } from '~/i18n';
import { loginTexts } from '~/i18n/login';
import { withReturnTo } from '~/lib/navigation';
import { Button, buttonClass, Spinner } from '~/ui/Button';

interface WaysProps {
  ways: readonly SignInWay[];
  returnTo: string;
}

/** What this server offers: a link to an identity provider, and in the sandbox its users without a password. */
export function SignInWays({ ways, returnTo }: WaysProps) {
  const texts = useTexts(loginTexts);
  if (ways.length === 0) return <p>{texts.none}</p>;
  return (
    <div className="grid gap-6">
      {ways.map((way) =>
        way.kind === 'demo' ? (
          <DemoUsers key={way.url} way={way} returnTo={returnTo} />
        ) : (
          <ProviderLink key={way.url} href={withReturnTo(way.url, returnTo)} />
        ),
      )}
    </div>
  );
}

function ProviderLink({ href }: { href: string }) {
  const texts = useTexts(loginTexts);
  const [leaving, setLeaving] = useState(false);

  useEffect(() => {
    // Back from the provider by the browser's button, the page may be the very same one.
    const onShow = () => setLeaving(false);
    window.addEventListener('pageshow', onShow);
    return () => window.removeEventListener('pageshow', onShow);
  }, []);

  return (
    <a
      href={href}
      className={buttonClass('primary', 'w-full')}
      aria-disabled={leaving || undefined}
      onClick={(event) => {
        if (leaving) event.preventDefault();
        // Opening it in another tab leaves this page as it is.
        else if (!event.metaKey && !event.ctrlKey && !event.shiftKey) setLeaving(true);
      }}
    >
      {leaving && <Spinner />}
      {leaving ? texts.leaving : texts.button}
    </a>
  );
}

/** A plain form: the server answers with the cookie and leads on. */
function DemoUsers({ way, returnTo }: { way: SignInWay; returnTo: string }) {
  const texts = useTexts(loginTexts);
  return (
    <form method="post" action={way.url} className="grid gap-2">
      <h2 className="font-semibold">{texts.demo.title}</h2>
      <p className="mb-1 text-small text-muted">{texts.demo.text}</p>
      <input type="hidden" name="return_to" value={returnTo} />
      {way.users?.map((user) => (
        <Button key={user.id} type="submit" name="user" value={user.id}>
          {texts.demo.button(user.name)}
        </Button>
      ))}
    </form>
  );
}
