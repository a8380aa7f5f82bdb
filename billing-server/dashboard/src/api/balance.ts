import { useQuery } from '@tanstack/react-query';
import { answer, client } from './client';
import { keys } from './keys';
import { parseBalance } from './parse';

export function useBalance() {
  return useQuery({
    queryKey: keys.balance,
    queryFn: async ({ signal }) => parseBalance(await answer(client.GET('/api/billing/balance', { signal }))),
  });
}
