import { pluralizer } from '../plural';

const plural = pluralizer('uk');

export const common = {
  product: 'Білінг legal.org.ua',
  wordmark: 'Білінг',
  skipToContent: 'Перейти до вмісту',
  nav: {
    label: 'Розділи',
    overview: 'Огляд',
    topup: 'Поповнення',
    transactions: 'Операції',
    settings: 'Налаштування',
  },
  account: {
    menu: 'Обліковий запис',
    signOut: 'Вийти',
    signingOut: 'Виходимо…',
    balance: (amount: string) => `Доступно ${amount}`,
  },
  language: { label: 'Мова', uk: 'Українська', en: 'English' },
  theme: { label: 'Тема', system: 'Як у системі', light: 'Світла', dark: 'Темна' },
  loading: 'Завантажуємо…',
  updating: 'Оновлюємо…',
  retry: 'Спробувати ще раз',
  close: 'Закрити',
  errorId: (id: string) => `Код помилки: ${id}`,
  offline: 'Немає зв’язку з мережею. Показуємо останні отримані дані.',
  away: 'Сервер не відповідає. Показуємо останні отримані дані й чекаємо на нові.',
  asOf: (time: string) => `Дані станом на ${time}`,
  sandbox: 'Пісочниця: гроші та платежі тут несправжні.',
  mailbox: 'Надіслані листи',
  suspended: 'Обліковий запис призупинено: платні виклики не виконуються.',
  support: (address: string) => `Напишіть нам: ${address}`,
  calls: (count: number) =>
    plural(count, { one: 'виклик', few: 'виклики', many: 'викликів', other: 'виклику' }),
  notFound: {
    title: 'Сторінку не знайдено',
    text: 'За цією адресою нічого немає.',
    home: 'До огляду',
  },
  crash: {
    title: 'Не вдалося показати сторінку',
    text: 'Сталася помилка в самій сторінці. На ваші гроші вона не впливає.',
    details: 'Подробиці для підтримки',
    reload: 'Оновити сторінку',
  },
};
