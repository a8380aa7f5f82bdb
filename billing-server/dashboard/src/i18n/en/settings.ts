import type { settings as Ukrainian } from '../uk/settings';

export const settings: typeof Ukrainian = {
  title: 'Settings',
};
