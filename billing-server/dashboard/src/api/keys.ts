import type { DayRange, HistoryFilters } from './model';

/** Where answers are kept. What begins with the same word is refetched together. */
export const keys = {
  session: ['session'] as const,
  balance: ['balance'] as const,
  settings: ['settings'] as const,
  providers: ['providers'] as const,
  usage: (range?: DayRange) => ['usage', range ?? null] as const,
  history: (filters: HistoryFilters) => ['history', 'list', filters] as const,
  newest: (filters: HistoryFilters) => ['history', 'newest', filters] as const,
  operations: ['operations'] as const,
  recent: ['history', 'recent'] as const,
  quote: (amountUah: string) => ['quote', amountUah] as const,
  payments: (status: string) => ['payments', status] as const,
  payment: (provider: string, id: string) => ['payment', provider, id] as const,
};
