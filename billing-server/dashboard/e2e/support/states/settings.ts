import { AWAY, NEVER, refusal } from '../answers';
import { section } from '../pages';
import { about, type Scene, type State } from './state';

const GET = 'GET /api/billing/settings';
const PUT = 'PUT /api/billing/settings';

const type =
  (amount: string) =>
  ({ page, texts }: Scene) =>
    page.getByLabel(texts.settings.limits.day, { exact: true }).fill(amount);

const save = (amount: string) => async (scene: Scene) => {
  const { page, texts } = scene;
  await type(amount)(scene);
  await section(page, texts.settings.limits.title).getByRole('button', { name: texts.settings.save }).click();
};

export const settings: readonly State[] = [
  { name: 'settings', path: '/settings', shows: ({ settings }) => about(settings.warnings.address) },
  {
    name: 'settings-loading',
    path: '/settings',
    answers: { [GET]: NEVER },
    isLoading: true,
    shows: ({ common }) => common.loading,
  },
  {
    name: 'settings-away',
    path: '/settings',
    answers: { [GET]: AWAY },
    shows: ({ errors }) => errors.codes.DATABASE_UNAVAILABLE,
  },
  {
    name: 'settings-nobody',
    path: '/settings',
    answers: { [GET]: { change: { email: null, name: null } } },
    shows: ({ settings }) => settings.warnings.noAddress,
  },

  {
    name: 'settings-stops-now',
    path: '/settings',
    bring: type('0.01'),
    shows: ({ settings }) => settings.limits.stopsNow,
  },
  {
    name: 'settings-malformed',
    path: '/settings',
    bring: save('-'),
    shows: ({ settings }) => settings.amounts.not_a_number,
  },
  {
    name: 'settings-above-month',
    path: '/settings',
    bring: save('101'),
    shows: ({ settings }) => settings.limits.dayAboveMonth,
  },
  {
    name: 'settings-saving',
    path: '/settings',
    answers: { [PUT]: NEVER },
    bring: save('7'),
    shows: ({ settings }) => settings.saving,
  },
  {
    name: 'settings-refused-at-field',
    path: '/settings',
    answers: { [PUT]: refusal(422, 'LIMIT_ABOVE_CEILING') },
    bring: save('7'),
    shows: ({ errors }) => errors.codes.LIMIT_ABOVE_CEILING,
  },
  {
    name: 'settings-not-saved',
    path: '/settings',
    answers: { [PUT]: AWAY },
    bring: save('7'),
    shows: ({ settings }) => settings.unsaved,
  },
  { name: 'settings-saved', path: '/settings', bring: save('8'), shows: ({ settings }) => settings.saved },
  {
    name: 'settings-contested',
    path: '/settings',
    bring: async (scene) => {
      await type('7')(scene);
      await scene.account.changeSettings({ daily_limit_usd: '9' });
    },
    shows: ({ settings }) => about(settings.changedElsewhere),
  },
  {
    name: 'settings-leaving',
    path: '/settings',
    bring: async (scene) => {
      await type('7')(scene);
      await scene.page.getByRole('navigation').getByRole('link').first().click();
    },
    shows: ({ settings }, page) => page.getByRole('dialog', { name: settings.leaving.title }),
  },
];
