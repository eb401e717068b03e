import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { suggestion } from '../../src/policy/suggestion.ts';
import { policySchema } from '../../src/policy/policy.ts';
import { createLibrary } from '../../src/policy/checked-library.ts';
import { dataFiles } from '../../src/server/policy-files.ts';
import { printed, usage, type Ended, type Folders } from './command.ts';

const USAGE =
  'usage: npm run policy:new -- <policy> [<payer>]    such as: carepartners-ct-kymriah carepartners-ct';

/**
 * A folder for a policy, the file of its payer where there is none, and a vignette file: they load, and what the author
 * must fill in is marked as a to-do. Until then the policy is in force on one day of 2000, and so governs no order.
 */
export function newPolicy([id, payerId, ...rest]: readonly string[], folders: Folders): Ended {
  if (id === undefined || rest.length > 0) return usage(USAGE);
  if (!policySchema.shape.id.safeParse(id).success)
    return usage(`"${id}" is no policy id: write lower case letters, digits, dots and hyphens`, USAGE);
  const library = createLibrary(dataFiles(folders.services));
  if ('problems' in library)
    return { lines: ['cds-services does not load:', ...library.problems.map(printed)], exitCode: 1 };
  const payer = payerId ?? id.replaceAll('.', '-');
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(payer))
    return usage(`"${payer}" is no payer id${suggestion(payer, library.payers.keys())}`, USAGE);
  const [product] = library.products.products;
  // Any disease that a code names: the draft's vignettes need one that fits its indication.
  const coded = [...library.diseases.values()].flatMap((disease) => {
    const [key] = disease.codes.flatMap((set) => [
      ...(library.terminology.valueSets.get(set)?.concepts.keys() ?? []),
    ]);
    return key === undefined ? [] : [{ disease: disease.id, key }];
  })[0];
  if (product === undefined || coded === undefined)
    return { lines: ['cds-services has no product, or no disease with a code'], exitCode: 1 };
  const known = library.payers.get(payer);
  const payerName = known?.names[0] ?? known?.name ?? `Payer of ${id}`;
  const files = new Map([
    [join(folders.services, id, 'policy.yaml'), policyText(id, payer, product.id, coded.disease)],
    ...(known === undefined
      ? ([[join(folders.services, 'payers', `${payer}.yaml`), payerText(payer, payerName)]] as const)
      : []),
    [
      join(folders.vignettes, `${id}.yaml`),
      vignettesText(id, payerName, product.names[0] ?? product.generic, coded.key),
    ],
  ]);
  const taken = [...files.keys()].filter((path) => existsSync(path));
  if (taken.length > 0)
    return {
      lines: taken.map((path) => `${shown(path)} is there already; nothing was written`),
      exitCode: 1,
    };
  for (const [path, text] of files) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { flag: 'wx' });
  }
  return {
    lines: [
      ...[...files.keys()].map((path) => `wrote ${shown(path)}`),
      'next: fill in what is marked TODO, then npm run policy:lint and npm run policy:test -- ' + id,
      'how: cds-services/README.md',
    ],
    exitCode: 0,
  };
}

const shown = (path: string): string => relative(process.cwd(), path);

const policyText = (
  id: string,
  payer: string,
  product: string,
  disease: string,
): string => `# yaml-language-server: $schema=../schema/policy.schema.json
# Criteria in our words, in the policy's own order and with its own numbers.
id: ${id}
title: Title of the policy # TODO: the title as printed
payer: ${payer}
# number: '123' # the payer's number of the policy, where it has one
version: draft # TODO: the version, such as '2026-01'
effective: '2000-01-01' # TODO: the first day in force
until: '2000-01-01' # TODO: remove this line; it keeps a draft from governing any order
lines: [commercial-hmo] # TODO: the plan lines that the policy names (payers/plan-lines.yaml)
prior-authorization: { inpatient: required, outpatient: required } # TODO: as printed
submit:
  text: How a request is submitted # TODO: in one sentence; add fax, portal, url, forms and carries as printed
otherwise: not medically necessary # TODO: the payer's own word for what does not meet the criteria
products: [${product}] # TODO: the products (shared/products.yaml)

indications:
  - id: indication # TODO: a short name, such as kymriah-b-all
    title: Title of the indication # TODO: in our words
    products: [${product}] # TODO: those of this indication
    diseases: [${disease}] # TODO: what it is for (shared/diseases.yaml)
    criteria:
      - id: '1'
        title: Age 18 or over at the time of infusion # TODO: the first criterion, its limit and its locator
        locator: Section, 1
        fact: age-at-infusion
        at-least: { value: 18, unit: a }
      - id: '2'
        title: Organ function adequate in the treating clinician's judgement # TODO: the next; see README.md
        locator: Section, 2
        attest: clinician
        missing: Treating clinician's statement that organ function is adequate
`;

const payerText = (
  id: string,
  name: string,
): string => `# yaml-language-server: $schema=../schema/payer.schema.json
id: ${id}
name: ${name} # TODO: the payer's name
identifiers: [] # TODO: identifiers agreed with the payer, as { system, value }
names: [${name}] # TODO: the names that its Coverages and Organizations print
`;

const vignettesText = (
  id: string,
  payer: string,
  product: string,
  diagnosis: string,
): string => `# yaml-language-server: $schema=../../cds-services/schema/vignettes.schema.json
# Written from the policy's text: each criterion met, not met and unknown. README.md beside this file says how.
# TODO: with the product, diagnosis, dates and criteria of the policy; a pair of vignettes at every limit
- name: adult-attested
  story: Infusion on the 18th birthday; organ function stated to be adequate.
  asOf: 2000-01-01
  patient: { birthDate: 1982-01-01 }
  order: { text: ${product}, planned: 2000-01-01 }
  coverage: { payer: ${payer}, line: sopt 511 }
  chart:
    - condition: { code: ${diagnosis} }
    - answers: { to: { '2': true }, authored: 2000-01-01 }
  expect:
    ${id}/indication:
      decision: criteria-met
      '1': met
      '2': met
- name: day-before-the-birthday-not-attested
  story: Infusion on the day before the 18th birthday; organ function stated not to be adequate.
  base: adult-attested
  patient: { birthDate: 1982-01-02 }
  chart:
    - condition: { code: ${diagnosis} }
    - answers: { to: { '2': false }, authored: 2000-01-01 }
  expect:
    ${id}/indication:
      decision: criteria-not-met
      '1': not-met
      '2': not-met
- name: nothing-recorded
  story: Neither a date of birth nor a statement on organ function.
  asOf: 2000-01-01
  order: { text: ${product}, planned: 2000-01-01 }
  coverage: { payer: ${payer}, line: sopt 511 }
  chart:
    - condition: { code: ${diagnosis} }
  expect:
    ${id}/indication:
      decision: documentation-needed
      '1': [unknown, documentation]
      '2': [unknown, attestation]
`;
