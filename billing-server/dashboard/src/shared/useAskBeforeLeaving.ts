import { useEffect } from 'react';
import { entryIndex, guardSteps } from './steps';

/**
 * While it is on, leaving the page asks first: by a link, by the browser's buttons, by closing the tab, by another address. A
 * provider that leads on to a bank is not asked: where a browser can't tell that from a person who leaves the site,
 * only ways within it ask.
 */
export function useAskBeforeLeaving(isOn: boolean, question: string) {
  useEffect(() => {
    if (!isOn) return;
    const { navigation } = window;
    let isLedOn = false;
    const onNavigate = ({ userInitiated }: NavigateEvent) => {
      isLedOn = !userInitiated;
    };
    const onUnload = (event: BeforeUnloadEvent) => {
      if (navigation && !isLedOn) event.preventDefault();
    };
    const onClick = (event: MouseEvent) => {
      const link = event.target instanceof Element && event.target.closest('a[href]');
      if (!link || window.confirm(question)) return;
      event.preventDefault();
      event.stopPropagation();
    };
    const here = entryIndex();
    const onStep = (event: PopStateEvent) => {
      const steps = entryIndex() - here;
      // The browser has gone already. Back where the person still is, the router need not know of it.
      if (steps !== 0 && window.confirm(question)) return;
      event.stopImmediatePropagation();
      if (steps !== 0) window.history.go(-steps);
    };
    navigation?.addEventListener('navigate', onNavigate);
    window.addEventListener('beforeunload', onUnload);
    // Before the router learns of the click.
    document.addEventListener('click', onClick, { capture: true });
    const stopGuarding = guardSteps(onStep);
    return () => {
      stopGuarding();
      navigation?.removeEventListener('navigate', onNavigate);
      window.removeEventListener('beforeunload', onUnload);
      document.removeEventListener('click', onClick, { capture: true });
    };
  }, [isOn, question]);
}
