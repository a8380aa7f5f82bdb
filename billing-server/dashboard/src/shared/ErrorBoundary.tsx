import { Component, type ReactNode } from 'react';
import { ApiError } from '~/api/errors';
import { reload } from '~/lib/leave';
import { CrashPage } from './CrashPage';

const RELOADED_AT = 'billing.reloaded-at';
const NOT_AGAIN_FOR_MS = 60_000;

interface State {
  error: unknown;
}

interface Props {
  children: ReactNode;
  /**
   * In the place of a part of a page that breaks; else all of the page is said to be broken. A script that failed to load
   * once is not asked for again until the page is loaded anew.
   */
  instead?: (reload: () => void) => ReactNode;
  reload?: () => void;
}

/** Around each page, and parts that are loaded by themselves: what breaks leaves all else standing. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: unknown): State {
    return { error };
  }

  override componentDidCatch(error: unknown) {
    if (isChunkLoadFailure(error)) reloadOnce(this.reload);
  }

  private readonly reload = () => (this.props.reload ?? reload)();

  override render() {
    const { error } = this.state;
    const { children, instead } = this.props;
    if (error === null) return children;
    if (instead) return instead(this.reload);
    return <CrashPage details={detailsOf(error)} onReload={this.reload} />;
  }
}

/** After a release the parts of the old page are gone from the server; the new page has its own. */
function isChunkLoadFailure(error: unknown): boolean {
  const message = error instanceof Error ? error.message : '';
  return /dynamically imported module|importing a module script|preload css/i.test(message);
}

/** Where the server is away, a reload would leave nothing but the browser's own error page. */
async function reloadOnce(reload: () => void) {
  const answer = await fetch('/', { method: 'HEAD', cache: 'no-store' }).catch(() => null);
  if (answer?.ok && mayReload()) reload();
}

/** Once: a part that is missing for good must not reload the page for ever. */
function mayReload(): boolean {
  try {
    const last = Number(sessionStorage.getItem(RELOADED_AT));
    if (Date.now() - last < NOT_AGAIN_FOR_MS) return false;
    sessionStorage.setItem(RELOADED_AT, String(Date.now()));
    return true;
  } catch {
    return false;
  }
}

function detailsOf(error: unknown): string {
  if (error instanceof ApiError && error.requestId) return `${error.code} ${error.requestId}`;
  return String(error);
}
