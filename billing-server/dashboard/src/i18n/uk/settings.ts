export const settings = {
  title: 'Налаштування',
};
