/** What a line of the history is, by its kind in the ledger. */
export const kinds = {
  top_up: 'Поповнення',
  capture: 'Виклик',
  reversal: 'Повернення платежу',
  reinstatement: 'Платіж відновлено',
  adjustment: 'Коригування',
};
