import { act, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { MemoryRouter } from 'react-router';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '~/api/errors';
import { I18nProvider } from '~/i18n';
import { stubServer } from '~/test/server';
import { ErrorBoundary } from './ErrorBoundary';

function Broken({ error }: { error: Error }): never {
  throw error;
}

function show(error: Error, instead?: () => string) {
  const reload = vi.fn();
  render(
    <MemoryRouter>
      <I18nProvider>
        <ErrorBoundary reload={reload} instead={instead}>
          <Broken error={error} />
        </ErrorBoundary>
      </I18nProvider>
    </MemoryRouter>,
  );
  return reload;
}

describe('ErrorBoundary', () => {
  beforeEach(() => {
    document.documentElement.lang = 'uk';
    // React tells of every error it catches.
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
  });

  it('has something else in the place of a part that broke', () => {
    show(new TypeError('x is undefined'), () => 'Без діаграми');
    expect(screen.getByText('Без діаграми')).toBeTruthy();
    expect(screen.queryByRole('heading')).toBeNull();
  });

  it('says that the page broke, and reloads when asked', async () => {
    const reload = show(new TypeError('x is undefined'));
    expect(screen.getByRole('heading', { name: 'Не вдалося показати сторінку' })).toBeTruthy();
    expect(screen.getByText('TypeError: x is undefined')).toBeTruthy();
    expect(reload).not.toHaveBeenCalled();
    await userEvent.click(screen.getByRole('button', { name: 'Оновити сторінку' }));
    expect(reload).toHaveBeenCalledTimes(1);
  });

  it('names the request that support can look up', () => {
    show(new ApiError(500, 'INTERNAL_ERROR', 'm', 'req-5'));
    expect(screen.getByText('INTERNAL_ERROR req-5')).toBeTruthy();
  });

  it.each([
    'Failed to fetch dynamically imported module: https://billing.example/assets/TopUpPage-1.js',
    'error loading dynamically imported module: https://billing.example/assets/TopUpPage-1.js',
    'Importing a module script failed.',
    'Unable to preload CSS for /assets/TopUpPage-1.css',
  ])('reloads once by itself after a release: %s', async (message) => {
    const { requests } = stubServer({ 'HEAD /': new Response() });
    const first = show(new TypeError(message));
    await waitFor(() => expect(first).toHaveBeenCalledTimes(1));
    const second = show(new TypeError(message));
    await waitFor(() => expect(requests).toHaveLength(2));
    await act(async () => undefined);
    expect(second).not.toHaveBeenCalled();
  });

  it('stays where the server is away, and reloads once it is back', async () => {
    const missing = new TypeError('Importing a module script failed.');
    let away = true;
    stubServer({
      'HEAD /': () => (away ? Promise.reject(new TypeError('Failed to fetch')) : new Response()),
    });
    const first = show(missing);
    await act(async () => undefined);
    expect(first).not.toHaveBeenCalled();
    away = false;
    const second = show(missing);
    await waitFor(() => expect(second).toHaveBeenCalledTimes(1));
  });
});
