import { en } from '~/i18n/en';
import { loginTexts } from '~/i18n/login';
import { overviewTexts } from '~/i18n/overview';
import { paymentTexts } from '~/i18n/payment';
import { reasonsTexts } from '~/i18n/reasons';
import { receiptTexts } from '~/i18n/receipt';
import { settingsTexts } from '~/i18n/settings';
import { topupTexts } from '~/i18n/topup';
import { transactionsTexts } from '~/i18n/transactions';
import { uk } from '~/i18n/uk';

/** All that the pages can say, from their own dictionaries. */
export function textsOf(language: 'uk' | 'en') {
  return {
    language,
    ...{ uk, en }[language],
    login: loginTexts[language],
    overview: overviewTexts[language],
    payment: paymentTexts[language],
    reasons: reasonsTexts[language],
    receipt: receiptTexts[language],
    settings: settingsTexts[language],
    topup: topupTexts[language],
    transactions: transactionsTexts[language],
  };
}

export type Texts = ReturnType<typeof textsOf>;
