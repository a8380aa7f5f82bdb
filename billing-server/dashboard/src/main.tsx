import { StrictMode, startTransition } from 'react';
import { createRoot } from 'react-dom/client';
import { BrowserRouter } from 'react-router';
import { App } from './app/App';
import { createQueryClient } from './app/queryClient';
import { preloadPage } from './app/routes';

import './shared/steps';

import { withoutSecrets } from './lib/returnAddress';

import './styles.css';

// Before anything can read the address: it may come back from a provider with secrets in it.
const address = withoutSecrets(window.location);
if (address) window.history.replaceState(window.history.state, '', address);

preloadPage(window.location.pathname);

const root = document.getElementById('root');
if (root) {
  // In slices: a phone would take a quarter of a second for it in one go.
  startTransition(() =>
    createRoot(root).render(
      <StrictMode>
        <BrowserRouter>
          <App queryClient={createQueryClient()} />
        </BrowserRouter>
      </StrictMode>,
    ),
  );
}
