import { act, screen, waitFor, within } from '@testing-library/react';
import { beforeEach, describe, expect, it } from 'vitest';
import { keys } from '~/api/keys';
import type { Schemas } from '~/api/schemas';
import { stubDialog } from '~/test/dialog';
import { FakeEventSource } from '~/test/events';
import { settings as saved } from '~/test/fixtures';
import { stubScreen } from '~/test/media';
import { renderApp } from '~/test/render';
import { balance, failure, never, signedIn, stubServer } from '~/test/server';
// Pages are loaded when they are shown; here before, for a busy machine takes long.
import './SettingsPage';

const GET = 'GET /api/billing/settings';
const PUT = 'PUT /api/billing/settings';

/** A server that keeps what it is told, as the real one does. */
function settingsServer(replies = {}) {
  let settings = saved;
  const changes: Schemas['SettingsChange'][] = [];
  const put = async (request: Request) => {
    const change: Schemas['SettingsChange'] = await request.clone().json();
    changes.push(change);
    const { notifications, ...plain } = change;
    const amounts = Object.fromEntries(
      Object.entries(plain).map(([name, value]) => [name, name.endsWith('_usd') ? Number(value) : value]),
    );
    const wanted = {
      ...settings.notifications,
      ...(notifications as Partial<typeof settings.notifications>),
    };
    settings = { ...settings, ...amounts, notifications: wanted };
    return settings;
  };
  const server = stubServer({
    'GET /auth/session': signedIn,
    'GET /api/billing/balance': balance,
    'GET /api/billing/history': { transactions: [], pagination: {} },
    'GET /api/billing/usage': { from: '', to: '', time_zone: '', buckets: [] },
    [GET]: () => settings,
    [PUT]: put,
    ...replies,
  });
  const changeElsewhere = (change: Partial<Schemas['Settings']>) => {
    settings = { ...settings, ...change };
  };
  return { ...server, changes, changeElsewhere };
}

const section = async (title: string) => within(await screen.findByRole('region', { name: title }));
const limits = () => section('Ліміти витрат');
const field = (name: string) => screen.findByLabelText<HTMLInputElement>(name);

beforeEach(() => {
  stubScreen();
  stubDialog();
});

describe('Settings', () => {
  it('show what is saved, with buttons that are off', async () => {
    settingsServer();
    renderApp('/settings');
    expect((await field('За день')).value).toBe('10');
    expect((await field('За місяць')).value).toBe('100');
    expect((await field('Коли попереджати про малий залишок')).value).toBe('5');
    const buttons = screen.getAllByRole('button', { name: 'Зберегти' });
    expect(buttons.map((button) => button.getAttribute('aria-disabled'))).toEqual(['true', 'true', 'true']);
    expect(screen.getByText(/Сьогодні витрачено 1,20 \$\./)).toBeTruthy();
    expect(document.title).toBe('Налаштування · Білінг legal.org.ua');
  });

  it('have a place while they load', async () => {
    settingsServer({ [GET]: never });
    renderApp('/settings');
    expect(await screen.findByText('Завантажуємо…')).toBeTruthy();
    expect(screen.getByRole('heading', { name: 'Ліміти витрат' })).toBeTruthy();
  });

  it('can be asked for again after an error', async () => {
    let isAway = true;
    settingsServer({ [GET]: () => (isAway ? failure(503, 'DATABASE_UNAVAILABLE') : saved) });
    const { user } = renderApp('/settings');
    await screen.findByText('Сервер тимчасово недоступний. Спробуйте за хвилину.');
    isAway = false;
    await user.click(screen.getByRole('button', { name: 'Спробувати ще раз' }));
    expect((await field('За день')).value).toBe('10');
  });

  it('send only what was changed, and say that it is saved', async () => {
    const { changes } = settingsServer();
    const { user } = renderApp('/settings');
    const day = await field('За день');
    await user.clear(day);
    await user.type(day, '12,50');
    const here = await limits();
    const save = here.getByRole('button', { name: 'Зберегти' });
    expect(save.getAttribute('aria-disabled')).toBeNull();
    await user.click(save);
    expect(await here.findByText('Збережено')).toBeTruthy();
    expect(changes).toEqual([{ daily_limit_usd: '12.5' }]);
    expect(document.activeElement).toBe(save);
    expect(save.getAttribute('aria-disabled')).toBe('true');
    // Announced, too.
    expect(screen.getAllByText('Збережено')).toHaveLength(2);
    await user.type(day, '1');
    expect(here.queryByText('Збережено')).toBeNull();
  });

  it('are saved once, however often the button is pressed', async () => {
    const { requests } = settingsServer({ [PUT]: never });
    const { user } = renderApp('/settings');
    await user.type(await field('За день'), '{Backspace}5');
    const here = await limits();
    await user.click(here.getByRole('button', { name: 'Зберегти' }));
    await user.click(await here.findByRole('button', { name: 'Зберігаємо…' }));
    expect(requests.filter(({ method }) => method === 'PUT')).toHaveLength(1);
  });

  it('can be put back as they were', async () => {
    settingsServer();
    const { user } = renderApp('/settings');
    const day = await field('За день');
    await user.type(day, '{Backspace}5');
    await user.click((await limits()).getByRole('button', { name: 'Скасувати зміни' }));
    expect(day.value).toBe('10');
    expect(document.activeElement?.textContent).toBe('Ліміти витрат');
  });

  it('take another spelling of the same amount for no change', async () => {
    settingsServer();
    const { user } = renderApp('/settings');
    await user.type(await field('За день'), ',00');
    const save = (await limits()).getByRole('button', { name: 'Зберегти' });
    expect(save.getAttribute('aria-disabled')).toBe('true');
  });
});

describe('Limits', () => {
  it.each([
    ['', 'Вкажіть суму.'],
    ['десять', 'Вкажіть суму цифрами, наприклад 12,50.'],
    ['1,505', 'У сумі може бути не більш як два знаки після коми.'],
    ['1000,01', 'Ліміт не може бути більшим за 1 000,00 $.'],
    ['150', 'Денний ліміт не може бути більшим за місячний.'],
  ])('refuse %j at the field, once it is left', async (typed, problem) => {
    const { changes } = settingsServer();
    const { user } = renderApp('/settings');
    const day = await field('За день');
    await user.clear(day);
    if (typed) await user.type(day, typed);
    expect(screen.queryByText(problem)).toBeNull();
    await user.tab();
    const error = await screen.findByText(problem);
    expect(day.getAttribute('aria-invalid')).toBe('true');
    expect(day.getAttribute('aria-describedby')).toContain(error.id);
    await user.click((await limits()).getByRole('button', { name: 'Зберегти' }));
    expect(changes).toEqual([]);
    expect(day.value).toBe(typed);
    expect(document.activeElement).toBe(day);
  });

  it('warn that calls stop at once under what is spent already, and may be saved so', async () => {
    const { changes } = settingsServer();
    const { user } = renderApp('/settings');
    const day = await field('За день');
    await user.clear(day);
    await user.type(day, '1');
    expect(screen.getByText(/виклики зупиняться одразу/)).toBeTruthy();
    await user.click((await limits()).getByRole('button', { name: 'Зберегти' }));
    await waitFor(() => expect(changes).toEqual([{ daily_limit_usd: '1' }]));
  });

  it('show a refusal of the server at its field, and keep what was typed', async () => {
    const message = 'a monthly limit of 200.00 USD is above the ceiling of 150.00 USD';
    const refusal = Response.json(
      { error: 'Refused', message, code: 'LIMIT_ABOVE_CEILING' },
      { status: 422 },
    );
    settingsServer({ [PUT]: refusal });
    const { user } = renderApp('/settings');
    await user.type(await field('За день'), '{Backspace}5');
    const month = await field('За місяць');
    await user.clear(month);
    await user.type(month, '200');
    await user.click((await limits()).getByRole('button', { name: 'Зберегти' }));
    const error = await screen.findByText('Ліміт більший за дозволений.');
    expect(month.getAttribute('aria-describedby')).toContain(error.id);
    expect(month.value).toBe('200');
    await user.type(month, '0');
    expect(screen.queryByText('Ліміт більший за дозволений.')).toBeNull();
  });

  it('say why saving failed where no field is to blame', async () => {
    settingsServer({ [PUT]: failure(503, 'STARTING', 'req-5') });
    const { user } = renderApp('/settings');
    await user.type(await field('За день'), '{Backspace}5');
    const here = await limits();
    await user.click(here.getByRole('button', { name: 'Зберегти' }));
    await here.findByText(/Зміни не збережено\. Сервер запускається/);
    expect(here.getByText('Код помилки: req-5')).toBeTruthy();
    expect((await field('За день')).value).toBe('15');
  });

  it('show newer values that were saved elsewhere, beside what is typed here', async () => {
    const { changeElsewhere } = settingsServer();
    const { user } = renderApp('/settings');
    const day = await field('За день');
    await user.type(day, '{Backspace}5');
    changeElsewhere({ daily_limit_usd: 20, monthly_limit_usd: 200 });
    // The balance tells of it.
    (await FakeEventSource.current()).tell('balance', {
      ...balance,
      daily_limit_usd: 20,
      monthly_limit_usd: 200,
    });
    await screen.findByText(/змінено в іншому місці. Нове значення: 20,00 \$/);
    expect(day.value).toBe('15');
    // What was not touched here follows.
    expect((await field('За місяць')).value).toBe('200');
    await user.click(screen.getByRole('button', { name: 'Узяти це значення' }));
    expect(day.value).toBe('20');
    expect(screen.queryByText(/в іншому місці/)).toBeNull();
  });
});

describe('Warnings', () => {
  it('are saved by themselves', async () => {
    const { changes } = settingsServer();
    const { user } = renderApp('/settings');
    const threshold = await field('Коли попереджати про малий залишок');
    await user.clear(threshold);
    await user.type(threshold, '0');
    await user.click(screen.getByRole('checkbox', { name: 'Вичерпано ліміт витрат' }));
    const here = await section('Попередження');
    await user.click(here.getByRole('button', { name: 'Зберегти' }));
    expect(await here.findByText('Збережено')).toBeTruthy();
    expect(changes).toEqual([{ low_balance_threshold_usd: '0', notifications: { limit_reached: false } }]);
    expect(here.getByText(/Квитанції про оплату надсилаємо завжди/).textContent).toContain(
      'olena@example.com',
    );
  });

  it('say so where there is no address', async () => {
    settingsServer({ [GET]: { ...saved, email: null, name: null } });
    renderApp('/settings', 'en');
    expect(await screen.findByText(/Your email address is not known/)).toBeTruthy();
    expect(screen.getAllByText('not given')).toHaveLength(2);
  });

  it('refuse a threshold that is none', async () => {
    const { changes } = settingsServer();
    const { user } = renderApp('/settings');
    await user.clear(await field('Коли попереджати про малий залишок'));
    await user.click((await section('Попередження')).getByRole('button', { name: 'Зберегти' }));
    expect(await screen.findByText('Вкажіть суму.')).toBeTruthy();
    expect(changes).toEqual([]);
  });
});

describe('Language and time', () => {
  it('change these pages, too', async () => {
    const { changes } = settingsServer();
    const { user } = renderApp('/settings');
    await user.selectOptions(await screen.findByRole('combobox', { name: 'Мова' }), 'English');
    await user.click((await section('Мова і час')).getByRole('button', { name: 'Зберегти' }));
    expect(await screen.findByRole('heading', { name: 'Language and time' })).toBeTruthy();
    expect(changes).toEqual([{ language: 'en' }]);
    expect(document.documentElement.lang).toBe('en');
  });

  it('may be left to the service', async () => {
    const { changes } = settingsServer();
    const { user } = renderApp('/settings');
    await user.selectOptions(await screen.findByRole('combobox', { name: 'Мова' }), 'За замовчуванням');
    await user.click((await section('Мова і час')).getByRole('button', { name: 'Зберегти' }));
    await waitFor(() => expect(changes).toEqual([{ language: null }]));
    expect(document.documentElement.lang).toBe('uk');
  });

  it('offer Kyiv first, and no zone twice', async () => {
    settingsServer();
    renderApp('/settings');
    const zones = await screen.findByRole<HTMLSelectElement>('combobox', { name: 'Часовий пояс' });
    const names = [...zones.options].map(({ value }) => value);
    expect(names[0]).toBe('Europe/Kyiv');
    expect(zones.options[0]?.text).toBe('Київ (Europe/Kyiv)');
    expect(names).not.toContain('Europe/Kiev');
    expect(new Set(names).size).toBe(names.length);
  });

  it('say at the field that a zone is refused', async () => {
    settingsServer({ [PUT]: failure(400, 'INVALID_TIME_ZONE') });
    const { user } = renderApp('/settings');
    const zones = await screen.findByRole('combobox', { name: 'Часовий пояс' });
    await user.selectOptions(zones, 'America/New_York');
    await user.click((await section('Мова і час')).getByRole('button', { name: 'Зберегти' }));
    const error = await screen.findByText('Немає такого часового поясу.');
    expect(zones.getAttribute('aria-describedby')).toContain(error.id);
  });
});

describe('Leaving with changes', () => {
  async function change() {
    const server = settingsServer();
    const app = renderApp('/settings');
    await app.user.type(await field('За день'), '{Backspace}5');
    return { ...server, ...app };
  }
  const leaveBy = () => screen.getAllByRole('link', { name: 'Операції' })[0] as HTMLElement;

  it('asks, and stays when told to', async () => {
    const { user, address } = await change();
    await user.click(leaveBy());
    const dialog = await screen.findByRole('dialog', { name: 'Вийти без збереження?' });
    expect(address()).toBe('/settings');
    await user.click(within(dialog).getByRole('button', { name: 'Залишитися' }));
    expect(screen.queryByRole('dialog')).toBeNull();
    expect((await field('За день')).value).toBe('15');
  });

  it('goes where it was going when told to', async () => {
    const { user, address } = await change();
    await user.click(leaveBy());
    await user.click(await screen.findByRole('button', { name: 'Вийти без збереження' }));
    await waitFor(() => expect(address()).toBe('/transactions'));
  });

  it('asks before the page is closed, and no more once all is saved', async () => {
    const { user } = await change();
    const close = () => {
      const event = new Event('beforeunload', { cancelable: true });
      window.dispatchEvent(event);
      return event.defaultPrevented;
    };
    expect(close()).toBe(true);
    const here = await limits();
    await user.click(here.getByRole('button', { name: 'Зберегти' }));
    await here.findByText('Збережено');
    expect(close()).toBe(false);
  });

  it('does not hold up a session that has ended', async () => {
    const { queryClient, address } = await change();
    act(() => {
      queryClient.setQueryData(keys.session, (session: object) => ({ ...session, signedIn: false }));
    });
    await waitFor(() => expect(address()).toBe('/login?return_to=%2Fsettings'));
  });
});

describe('Account', () => {
  it('tells who is signed in, and says why signing out failed', async () => {
    settingsServer({ 'POST /auth/logout': failure(503, 'STARTING') });
    const { user } = renderApp('/settings');
    await field('За день');
    const here = await section('Обліковий запис');
    expect(here.getByText('Олена Коваль')).toBeTruthy();
    expect(here.getByText('olena@example.com')).toBeTruthy();
    await user.click(here.getByRole('button', { name: 'Вийти' }));
    expect(await here.findByText('Сервер запускається. Спробуйте за хвилину.')).toBeTruthy();
  });
});
