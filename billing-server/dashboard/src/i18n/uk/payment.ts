export const payment = {
  amount: (amount: string) => `Сума: ${amount}`,
  number: 'Номер платежу:',
  toOverview: 'До огляду',
  checking: {
    title: 'Перевіряємо платіж',
    received: 'Отримано банком',
    credited: 'Зараховано на баланс',
    standing: { done: 'виконано', now: 'триває', later: 'попереду' },
    unreachable: 'Сервер поки не відповідає. Перевіряємо далі.',
    notPaidYet: 'Ще не сплатили?',
    backToCheckout: 'Повернутися до сторінки оплати',
  },
  slow: {
    title: 'Платіж обробляється',
    text: 'Банк ще обробляє платіж. Зарахуємо автоматично й надішлемо лист.',
    review: 'Платіж перевіряє наш фахівець. Про результат повідомимо листом.',
    safeToLeave: 'Цю сторінку можна закрити.',
  },
  succeeded: {
    title: 'Баланс поповнено',
    available: 'Доступно',
    paid: (amount: string) => `сплачено ${amount}`,
    takenBack: (amount: string) => `Згодом повернено ${amount}.`,
    goBack: 'Повернутися до роботи',
  },
  unpaid: {
    titles: {
      refused: 'Платіж не пройшов',
      canceled: 'Платіж скасовано',
      expired: 'Час на оплату минув',
    },
    notCharged: 'Гроші не списано.',
    tryAgain: 'Спробувати ще раз',
    startAnew: 'Почати новий платіж',
  },
  unknown: {
    title: 'Платіж не знайдено',
    text: 'У вашому обліковому записі такого платежу немає.',
  },
};
