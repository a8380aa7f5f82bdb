import { expect, it, vi } from 'vitest';

it('where tabs can’t be told, nothing breaks', async () => {
  vi.stubGlobal('BroadcastChannel', undefined);
  vi.resetModules();
  const { hearTabs, tellTabs } = await import('./tabs');
  tellTabs('olena');
  expect(hearTabs(() => undefined)()).toBeUndefined();
});
