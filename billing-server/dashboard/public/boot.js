// Language and theme, before the first paint. A file of its own: the page's policy allows no inline script.
(() => {
  const root = document.documentElement;
  const stored = (key) => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  };
  const asked = () => {
    const languages = (navigator.languages || [navigator.language || '']).map((tag) => tag.slice(0, 2));
    if (languages.includes('uk')) return 'uk';
    return languages.includes('en') ? 'en' : null;
  };
  const language = stored('billing.language');
  const known = language === 'uk' || language === 'en' ? language : asked();
  root.lang = known || 'uk';
  // Nobody asked for a language that there is: the deployment's own may follow.
  if (!known) root.dataset.language = 'default';
  const theme = stored('billing.theme');
  if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;

  // The first use of each takes a phone a tenth of a second, which is free while the page's code is on its way.
  new Intl.NumberFormat(root.lang, { style: 'currency', currency: 'USD' }).format(1);
  new Intl.DateTimeFormat(root.lang, { dateStyle: 'medium', timeStyle: 'short' }).format();
})();
