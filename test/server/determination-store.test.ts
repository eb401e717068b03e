import { expect, it } from 'vitest';
import type { Determination } from '../../src/engine/determination.ts';
import { createDeterminationStore, KEPT_MILLISECONDS } from '../../src/server/determination-store.ts';

const determination = (id: string) => ({ id }) as Determination & { readonly id: string };
const NO_FORMS = { version: '2.0', forms: [] } as const;

it('a determination is kept for its owner for a day, the newest thousand of all', () => {
  let now = 0;
  const store = createDeterminationStore(() => now);
  store.keep(determination('first'), 'a', NO_FORMS);
  expect([store.find('first', 'a')?.id, store.find('first', 'b')]).toEqual(['first', undefined]);
  now = KEPT_MILLISECONDS - 1;
  expect(store.find('first', 'a')?.id).toBe('first');
  now = KEPT_MILLISECONDS;
  expect(store.find('first', 'a')).toBeUndefined();
  for (let index = 0; index < 1001; index += 1) store.keep(determination(`n${index}`), 'a', NO_FORMS);
  expect([store.find('n0', 'a'), store.find('n1', 'a')?.id, store.find('n1000', 'a')?.id]).toEqual([
    undefined,
    'n1',
    'n1000',
  ]);
});
