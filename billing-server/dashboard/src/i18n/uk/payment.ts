export const payment = {
  title: 'Платіж',
};
