import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** What the service answers, for `npm run workbench:dev`: the page from Vite, all else from a service beside it. */
const SERVICE = [
  '/cds-services',
  '/determinations',
  '/fhir',
  '/sandbox',
  '/workbench/',
  '/policies',
  '/healthz',
];

/** `src/workbench-build.ts` says where to. URLs are relative: the service may stand under any path. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  plugins: [react()],
  // The service puts a new one in its place each time (`src/server/workbench.ts`).
  html: { cspNonce: '__NONCE__' },
  server: {
    proxy: Object.fromEntries(
      SERVICE.map((path) => [path, `http://localhost:${process.env['PORT'] ?? '8080'}`]),
    ),
  },
  build: {
    target: 'es2023',
    emptyOutDir: true,
    // A file of its own for each: the page's security policy allows no data: script or style.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
});
