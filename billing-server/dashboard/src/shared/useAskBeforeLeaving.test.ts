import { renderHook } from '@testing-library/react';
import { expect, it, vi } from 'vitest';
import { useAskBeforeLeaving } from './useAskBeforeLeaving';

/** As the browser does it: the address has changed before anybody is told. */
function stepTo(idx: number) {
  window.history.replaceState({ idx }, '');
  window.dispatchEvent(new PopStateEvent('popstate'));
}

it.each([
  [false, 1, 0],
  [true, 0, 1],
])('asks before a step back; the answer is %s', (answer, returns, told) => {
  const confirm = vi.spyOn(window, 'confirm').mockReturnValue(answer);
  const go = vi.spyOn(window.history, 'go').mockImplementation(() => undefined);
  window.history.replaceState({ idx: 4 }, '');
  renderHook(() => useAskBeforeLeaving(true, 'Leave?'));
  const router = vi.fn();
  window.addEventListener('popstate', router);
  stepTo(3);
  expect(confirm).toHaveBeenCalledExactlyOnceWith('Leave?');
  expect(go.mock.calls).toEqual(returns ? [[1]] : []);
  expect(router).toHaveBeenCalledTimes(told);
  if (!answer) {
    // Our own step back is nobody's business.
    stepTo(4);
    expect(confirm).toHaveBeenCalledTimes(1);
    expect(router).not.toHaveBeenCalled();
  }
  window.removeEventListener('popstate', router);
  vi.restoreAllMocks();
});
