import { useEffect, useRef, useState } from 'react';
import { Button } from '~/ui/Button';
import { Dialog } from '~/ui/Dialog';
import { entryIndex, guardSteps } from './steps';

interface LeaveGuardProps {
  /** Something would be lost. */
  isOn: boolean;
  texts: { title: string; text: string; stay: string; leave: string };
}

/** How somebody was about to go: by a link, or so many steps along the browser's history. */
type Way = { link: HTMLAnchorElement } | { steps: number };

/**
 * Asks before unsaved changes are lost: by a link, by the browser's buttons, by closing the page. What the pages do by
 * themselves, such as leading to the sign-in, goes through.
 */
export function LeaveGuard({ isOn, texts }: LeaveGuardProps) {
  const [way, setWay] = useState<Way | null>(null);
  /** The person has said to leave: nothing is asked any more. */
  const isLeaving = useRef(false);
  /** Our own step back to where the person still is: nobody else is to know of it. */
  const isOwnStep = useRef(false);

  useEffect(() => {
    if (!isOn) return;
    isLeaving.current = false;
    const here = entryIndex();

    const onClick = (event: MouseEvent) => {
      const link = leadingAway(event);
      if (!link || isLeaving.current) return;
      event.preventDefault();
      event.stopPropagation();
      setWay({ link });
    };
    const onStep = (event: PopStateEvent) => {
      const steps = entryIndex() - here;
      if (isLeaving.current) return;
      event.stopImmediatePropagation();
      if (isOwnStep.current) {
        isOwnStep.current = false;
      } else if (steps !== 0) {
        isOwnStep.current = true;
        window.history.go(-steps);
        setWay({ steps });
      }
    };
    const onUnload = (event: BeforeUnloadEvent) => {
      if (!isLeaving.current) event.preventDefault();
    };

    // Before the router learns of it.
    document.addEventListener('click', onClick, { capture: true });
    const stopGuarding = guardSteps(onStep);
    window.addEventListener('beforeunload', onUnload);
    return () => {
      document.removeEventListener('click', onClick, { capture: true });
      stopGuarding();
      window.removeEventListener('beforeunload', onUnload);
    };
  }, [isOn]);

  const leave = () => {
    isLeaving.current = true;
    setWay(null);
    if (!way) return;
    if ('link' in way) way.link.click();
    else window.history.go(way.steps);
  };

  return (
    <Dialog
      title={texts.title}
      open={way !== null}
      onClose={() => setWay(null)}
      actions={
        <>
          <Button onClick={() => setWay(null)}>{texts.stay}</Button>
          <Button variant="primary" onClick={leave}>
            {texts.leave}
          </Button>
        </>
      }
    >
      {texts.text}
    </Dialog>
  );
}

/** The link of a click that shows another page in the place of this one. */
function leadingAway(event: MouseEvent): HTMLAnchorElement | null {
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return null;
  const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>('a[href]') : null;
  if (!link || link.target === '_blank' || link.hasAttribute('download')) return null;
  const isSamePage = link.origin === window.location.origin && link.pathname === window.location.pathname;
  return isSamePage ? null : link;
}
