import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { Link, MemoryRouter, Route, Routes, useNavigate } from 'react-router';
import { expect, it, vi } from 'vitest';
import { useKept, useKeptScroll } from './kept';

function List() {
  const [open, change] = useKept('open', 0);
  useKeptScroll();
  return (
    <>
      <button type="button" onClick={() => change((count) => count + 1)}>
        open {open}
      </button>
      <Link to="/list?other">other</Link>
      <Link to="/page">page</Link>
    </>
  );
}

function Page() {
  const navigate = useNavigate();
  return (
    <>
      <button type="button" onClick={() => navigate(-1)}>
        back
      </button>
      <Link to="/list">anew</Link>
    </>
  );
}

it('finds a list as it was left, by its entry of the history', async () => {
  const user = userEvent.setup();
  render(
    <QueryClientProvider client={new QueryClient()}>
      <MemoryRouter initialEntries={['/list']}>
        <Routes>
          <Route path="/list" element={<List />} />
          <Route path="/page" element={<Page />} />
        </Routes>
      </MemoryRouter>
    </QueryClientProvider>,
  );
  await user.click(screen.getByText('open 0'));
  await user.click(screen.getByText('open 1'));
  vi.stubGlobal('scrollY', 1234);
  window.dispatchEvent(new Event('scroll'));
  await user.click(screen.getByText('page'));

  vi.mocked(window.scrollTo).mockClear();
  await user.click(screen.getByText('back'));
  expect(screen.getByText('open 2')).toBeTruthy();
  expect(window.scrollTo).toHaveBeenCalledWith(0, 1234);

  // The same page anew, and with another search, is another entry.
  vi.mocked(window.scrollTo).mockClear();
  await user.click(screen.getByText('other'));
  expect(screen.getByText('open 0')).toBeTruthy();
  await user.click(screen.getByText('page'));
  await user.click(screen.getByText('anew'));
  expect(screen.getByText('open 0')).toBeTruthy();
  expect(window.scrollTo).not.toHaveBeenCalled();
});
