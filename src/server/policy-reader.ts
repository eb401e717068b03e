import { Router, type Request } from 'express';
import type { Library } from '../policy/library.ts';
import { describePolicy, summarize, type PolicyList, type ReadPolicy } from '../policy/policy-description.ts';
import { ServiceError } from './errors.ts';
import type { Gate } from './gate.ts';
import { allow } from './methods.ts';

/** The policies on file for people to read, made from what is in force: no patient's data. */
export function policyReaderRoutes(library: Library, gate: Gate): Router {
  const router = Router();
  router.get('/policies', gate.get(ownPath), (_request, response) => {
    const list: PolicyList = { policies: library.policies.map((policy) => summarize(policy, library)) };
    response.json(list);
  });
  router.all('/policies', allow('GET'));
  router.get('/policies/:name', gate.get(ownPath), (request, response) => {
    const [id, version] = String(request.params['name']).split('@');
    const versions = library.policies
      .filter((policy) => policy.id === id)
      .toSorted((a, b) => (a.effective < b.effective ? 1 : -1));
    const policy = versions.find((one) => version === undefined || one.version === version);
    if (policy === undefined)
      throw new ServiceError('not-found', 'there is no such policy; GET /policies lists them', '(url)');
    const tests = library.vignettes.find(
      (index) => index.policy === policy.id && index.version === policy.version,
    );
    const answer: ReadPolicy = {
      ...describePolicy(policy, library),
      versions: versions.map((one) => ({
        version: one.version,
        effective: one.effective,
        until: one.until,
      })),
      tests: tests === undefined ? null : { vignettes: tests.vignettes, criteria: tests.criteria },
    };
    response.json(answer);
  });
  router.all('/policies/:name', allow('GET'));
  return router;
}

const ownPath = ({ path }: Request): readonly string[] => [path];
