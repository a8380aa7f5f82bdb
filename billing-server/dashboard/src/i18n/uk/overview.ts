import { pluralizer } from '../plural';

const plural = pluralizer('uk');

export const overview = {
  title: 'Огляд',
  balance: {
    title: 'Баланс',
    available: 'Доступно',
    held: (amount: string) => `${amount} утримано за виклики в роботі`,
    inHryvnias: (amount: string, rate: string, source: string, date: string) =>
      `≈ ${amount} за курсом ${rate} (${source}, ${date})`,
    forecast: (days: number) =>
      `Вистачить приблизно на ${plural(days, { one: 'день', few: 'дні', many: 'днів', other: 'дня' })} за звичних витрат`,
    start: 'Поповніть баланс, щоб почати. Кожен виклик оплачується окремо, абонплати немає.',
    negative: 'Борг виник через повернення платежу. Поповніть баланс, щоб продовжити.',
    topUp: 'Поповнити',
    quick: 'Поповнити на',
    notBilled: 'Виклики цього облікового запису не оплачуються.',
    changed: (delta: string, available: string) => `Баланс змінився на ${delta}. Доступно ${available}.`,
  },
  banners: {
    low: (available: string) => `На балансі залишилося ${available}.`,
    empty: 'Виклики зупинено: недостатньо коштів.',
    emptySince: (moment: string) => `Виклики зупинено: недостатньо коштів. Останній виклик: ${moment}.`,
    topUp: 'Поповнити',
  },
  limits: {
    title: 'Ліміти витрат',
    change: 'Змінити',
    day: 'За день',
    month: 'За місяць',
    used: (spent: string, limit: string) => `${spent} з ${limit}`,
    left: (amount: string) => `Залишилося ${amount}`,
    resets: (when: string) => `Оновиться ${when}`,
    reached: (when: string) => `Ліміт вичерпано, виклики зупинено до ${when}`,
    at: (time: string, place: string) => `о ${time} ${place}`,
    on: (date: string, time: string, place: string) => `${date} о ${time} ${place}`,
    until: (date: string, time: string, place: string) => `${time} ${date} ${place}`,
    kyiv: 'за Києвом',
    inZone: (zone: string) => `(${zone})`,
  },
  spending: {
    title: 'Витрати',
    period: 'Період',
    days: (count: number) => plural(count, { one: 'день', few: 'дні', many: 'днів', other: 'дня' }),
    total: (amount: string) => `Усього ${amount}`,
    average: (amount: string) => `у середньому ${amount} на день`,
    none: 'За цей період витрат не було.',
    others: 'інші',
    today: 'сьогодні, день ще триває',
    summary: (from: string, to: string, total: string, top: string) =>
      `Витрати за днями з ${from} до ${to}: усього ${total}. Найбільше: ${top}.`,
    keys: 'Стрілки вліво і вправо показують дні, Enter відкриває операції дня.',
    openDay: 'Операції за цей день',
    showTable: 'Показати таблицею',
    hideTable: 'Сховати таблицю',
    day: 'День',
    tool: 'Інструмент',
    calls: 'Виклики',
    amount: 'Сума',
  },
  recent: {
    title: 'Останні операції',
    all: 'Усі операції',
    none: 'Тут з’являться ваші виклики та поповнення.',
    time: 'Час',
    what: 'Що',
    amount: 'Сума',
    balanceAfter: 'Залишок',
  },
};
