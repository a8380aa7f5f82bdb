import { useMutation } from '@tanstack/react-query';
import { leaveFor } from '~/lib/leave';
import { tellTabs } from '~/lib/tabs';
import { answer, client, MARK } from './client';

export function useSignOut() {
  return useMutation({
    mutationFn: () => answer(client.POST('/auth/logout', { params: { header: MARK } })),
    // A page load leaves nothing of the account behind in memory, here and in the other tabs.
    onSuccess: () => {
      tellTabs(null);
      leaveFor('/login?signed_out=1');
    },
  });
}
