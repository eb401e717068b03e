import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Router, type Request } from 'express';
import type { Library } from '../policy/library.ts';
import type { Policy } from '../policy/policy.ts';
import { describePolicy, summarize, type PolicyList, type ReadPolicy } from '../policy/policy-description.ts';
import { VIGNETTE_INDEX, vignetteIndexSchema } from '../policy/vignette-index.ts';
import { ServiceError } from './errors.ts';
import type { Gate } from './gate.ts';
import { allow } from './methods.ts';

/**
 * The policies on file for people to read, made from what is in force: no patient's data.
 * @param folder of the policy files, for what `npm run policy:test` wrote beside them; undefined: nothing was counted
 */
export function policyReaderRoutes(library: Library, folder: string | undefined, gate: Gate): Router {
  const router = Router();
  router.get('/policies', ...gate.get(ownPath), (_request, response) => {
    const list: PolicyList = { policies: library.policies.map((policy) => summarize(policy, library)) };
    response.json(list);
  });
  router.all('/policies', allow('GET'));
  router.get('/policies/:name', ...gate.get(ownPath), async (request, response) => {
    const [id, version] = String(request.params['name']).split('@');
    const versions = library.policies
      .filter((policy) => policy.id === id)
      .toSorted((a, b) => (a.effective < b.effective ? 1 : -1));
    const policy = versions.find((one) => version === undefined || one.version === version);
    if (policy === undefined)
      throw new ServiceError('not-found', 'there is no such policy; GET /policies lists them', '(url)');
    const answer: ReadPolicy = {
      ...describePolicy(policy, library),
      versions: versions.map((one) => ({
        version: one.version,
        effective: one.effective,
        until: one.until,
      })),
      tests: folder === undefined ? null : await testsOf(policy, folder),
    };
    response.json(answer);
  });
  router.all('/policies/:name', allow('GET'));
  return router;
}

const ownPath = ({ path }: Request): readonly string[] => [path];

async function testsOf(policy: Policy, folder: string): Promise<ReadPolicy['tests']> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const text = entry.isDirectory()
      ? await readFile(join(folder, entry.name, VIGNETTE_INDEX), 'utf8').catch(absent)
      : undefined;
    if (text === undefined) continue;
    const index = vignetteIndexSchema.parse(JSON.parse(text));
    if (index.policy === policy.id && index.version === policy.version)
      return { vignettes: index.vignettes, criteria: index.criteria };
  }
  return null;
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
