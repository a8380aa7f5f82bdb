export const transactions = {
  title: 'Операції',
};
