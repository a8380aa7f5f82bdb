export const topup = {
  title: 'Поповнення',
};
