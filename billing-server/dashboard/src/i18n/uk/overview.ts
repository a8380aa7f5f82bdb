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
    /** Who tells the rate. */
    sources: { nbu: 'НБУ', fixed: 'фіксований курс' },
    topUp: 'Поповнити',
    quick: 'Поповнити на',
    notBilled: 'Виклики цього облікового запису не оплачуються.',
    changed: (delta: string, available: string) => `Баланс змінився на ${delta}. Доступно ${available}.`,
  },
  banners: {
    low: (available: string) => `На балансі залишилося ${available}.`,
    empty: 'Виклики зупинено: недостатньо коштів.',
    emptySince: (moment: string) => `Виклики зупинено: недостатньо коштів. Останній виклик: ${moment}.`,
    negative: 'Виклики зупинено: після повернення платежу баланс нижчий за нуль.',
    topUp: 'Поповнити',
  },
  limits: {
    title: 'Ліміти витрат',
    change: 'Змінити',
    day: 'За день',
    month: 'За місяць',
    used: (spent: string, limit: string) => `${spent} з ${limit}`,
    left: (amount: string) => `Залишилося ${amount}`,
    resetsDay: (time: string, place: string) => `Оновиться о ${time} ${place}`,
    resetsMonth: (date: string, time: string, place: string) => `Оновиться ${date} о ${time} ${place}`,
    reachedDay: (time: string, place: string) => `Ліміт вичерпано, виклики зупинено до ${time} ${place}`,
    reachedMonth: (date: string, time: string, place: string) =>
      `Ліміт вичерпано, виклики зупинено до ${date}, ${time} ${place}`,
    kyiv: 'за Києвом',
  },
  spending: {
    title: 'Витрати',
    period: 'Період',
    days: (count: number) => plural(count, { one: 'день', few: 'дні', many: 'днів', other: 'дня' }),
    total: (amount: string) => `Усього ${amount}`,
    totalAndAverage: (amount: string, average: string) =>
      `Усього ${amount}, у середньому ${average} на\u00a0день`,
    day: (day: string, amount: string) => `${day}: ${amount}`,
    today: (day: string, amount: string) => `${day}: ${amount}, день ще триває`,
    none: 'За цей період витрат не було.',
    others: 'Інші',
    chart: 'Витрати за днями',
    noChart: 'Не вдалося показати діаграму.',
    summary: (from: string, to: string) => `З ${from} до ${to}.`,
    most: (tool: string) => `Найбільше: ${tool}.`,
    keys: 'Стрілки показують дні, Enter відкриває операції дня.',
    openDay: 'Операції за цей день',
    showTable: 'Показати таблицею',
    hideTable: 'Сховати таблицю',
    dayColumn: 'День',
    totalColumn: 'Разом',
  },
  recent: {
    title: 'Останні операції',
    all: 'Усі операції',
    none: 'Тут з’являться ваші виклики та поповнення.',
    time: 'Час',
    what: 'Операція',
    amount: 'Сума',
    balanceAfter: 'Залишок',
  },
};
