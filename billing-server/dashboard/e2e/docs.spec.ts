import { expect, test } from './support/fixtures';

test('the page of the API shows every call, and needs nothing from elsewhere', async ({ page, server }) => {
  const foreign: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(server.url) && !request.url().startsWith('data:'))
      foreign.push(request.url());
  });
  await page.goto('/docs');
  const document = await (await page.request.get('/openapi.json')).json();
  const operations = Object.values<object>(document.paths).flatMap((path) => Object.keys(path));
  await expect(page.locator('.opblock')).toHaveCount(operations.length);

  const balance = page.locator('.opblock', { hasText: '/api/billing/balance' });
  await balance.getByRole('button').first().click();
  await expect(balance).toContainText('low_balance_threshold_usd');
  expect(foreign).toEqual([]);
});
