import { type RenderResult, render } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { MemoryRouter, useLocation } from 'react-router';
import { App } from '~/app/App';
import { createQueryClient } from '~/app/queryClient';
import type { Language } from '~/lib/money';

/** The whole app at an address, as the browser would show it. Failed queries are not tried again. */
export function renderApp(address: string, language: Language = 'uk') {
  document.documentElement.lang = language;
  const queryClient = createQueryClient();
  queryClient.setDefaultOptions({ queries: { ...queryClient.getDefaultOptions().queries, retry: false } });
  const view: RenderResult = render(
    <MemoryRouter initialEntries={[address]}>
      <App queryClient={queryClient} />
      <Address />
    </MemoryRouter>,
  );
  return {
    ...view,
    user: userEvent.setup(),
    queryClient,
    address: () => view.getByTestId('address').textContent,
  };
}

function Address() {
  const { pathname, search } = useLocation();
  return <span data-testid="address" hidden>{`${pathname}${search}`}</span>;
}
