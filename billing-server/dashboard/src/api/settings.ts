import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { answer, client } from './client';
import { keys } from './keys';
import { parseSettings } from './parse';
import type { Schemas } from './schemas';

/** What to change; amounts are decimal texts. */
export type SettingsChange = Schemas['SettingsChange'];

export function useSettings() {
  return useQuery({
    queryKey: keys.settings,
    queryFn: async ({ signal }) =>
      parseSettings(await answer(client.GET('/api/billing/settings', { signal }))),
  });
}

export function useChangeSettings() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: async (change: SettingsChange) =>
      parseSettings(await answer(client.PUT('/api/billing/settings', { body: change }))),
    // One after the other: each answer has all settings in it, and an older one must not come last.
    scope: { id: 'settings' },
    onSuccess: async (settings) => {
      // An answer that is on its way may be older, and must not overwrite this one.
      await cache.cancelQueries({ queryKey: keys.settings });
      cache.setQueryData(keys.settings, settings);
      // The balance tells the limits and the threshold, too; nobody waits for it.
      cache.invalidateQueries({ queryKey: keys.balance });
    },
  });
}
