import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/fhir/json.ts';
import { orderedItem, speaksOfCarT } from '../../src/policy/product.ts';
import { loadLibrary } from '../../src/server/policies.ts';

const { products, terminology } = loadLibrary(fileURLToPath(new URL('../../cds-services', import.meta.url)));
const hcpcs = 'http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets';
const cpt = 'http://www.ama-assn.org/go/cpt';
const rxnorm = 'http://www.nlm.nih.gov/research/umls/rxnorm';
const ndc = 'http://hl7.org/fhir/sid/ndc';
const pcs = 'http://www.cms.gov/Medicare/Coding/ICD10';
const snomed = 'http://snomed.info/sct';
const local = 'http://local.example/orders';
const coding = (system: string, code: string, display?: string): JsonObject => ({
  system,
  code,
  ...(display === undefined ? {} : { display }),
});
const ordered = (codings: readonly JsonObject[], ...texts: readonly string[]): string => {
  const item = orderedItem(terminology.codings({ coding: codings }), texts, products, terminology);
  return item.kind === 'product' ? item.product.id : item.kind;
};

describe('a code names the product (facts.md 2.6)', () => {
  it.each([
    ['HCPCS', [coding(hcpcs, 'Q2053')], 'tecartus'],
    ['RxNorm ingredient', [coding(rxnorm, '2387277')], 'tecartus'],
    ['RxNorm brand', [coding(rxnorm, '2387348')], 'tecartus'],
    ['NDC, 11 digits', [coding(ndc, '71287021901')], 'tecartus'],
    ['NDC as the label prints it', [coding(ndc, '71287-219-01')], 'tecartus'],
    ['ICD-10-PCS of the product', [coding(pcs, 'XW033M7')], 'tecartus'],
    ['beside an unclassified code', [coding(hcpcs, 'J9999'), coding(hcpcs, 'Q2053')], 'tecartus'],
    ['beside a general code', [coding(cpt, '38228'), coding(hcpcs, 'Q2053')], 'tecartus'],
    ['beside a local code', [coding(local, 'X'), coding(hcpcs, 'Q2053')], 'tecartus'],
    ['twice', [coding(rxnorm, '2387277'), coding(hcpcs, 'Q2053')], 'tecartus'],
    ['of another product', [coding(hcpcs, 'Q2058')], 'aucatzyl'],
  ])('%s', (_name, codings, expected) => {
    expect(ordered(codings)).toBe(expected);
  });

  it.each([
    ['two products by code', [coding(hcpcs, 'Q2053'), coding(hcpcs, 'Q2058')], []],
    ['one by code, another by text', [coding(hcpcs, 'Q2053')], ['Aucatzyl infusion']],
    ['one by code, another by display', [coding(hcpcs, 'Q2053', 'Yescarta')], []],
  ])('but %s is CAR-T of no known product', (_name, codings, texts) => {
    expect(ordered(codings, ...texts)).toBe('car-t');
  });

  it('and its own name beside it changes nothing', () => {
    expect(ordered([coding(hcpcs, 'Q2053', 'Brexucabtagene car pos t')], 'Tecartus')).toBe('tecartus');
  });
});

describe('a general code says CAR-T, and no product', () => {
  it.each([
    [cpt, '38225'],
    [cpt, '38226'],
    [cpt, '38227'],
    [cpt, '38228'],
    [cpt, '0540T'],
    [snomed, '1156961008'],
    [pcs, 'XW033C7'],
    [pcs, 'XW043C3'],
  ])('%s|%s', (system, code) => {
    expect(ordered([coding(system, code)])).toBe('car-t');
  });

  it('until its text names one', () => {
    expect(ordered([coding(cpt, '38228')], 'CAR-T infusion, Tecartus')).toBe('tecartus');
    expect(ordered([coding(cpt, '38228')], 'Tecartus or Yescarta')).toBe('car-t');
  });
});

describe('an unclassified code says nothing', () => {
  it.each(['C9399', 'J3490', 'J3590', 'J9999'])('%s: only its text does', (code) => {
    expect(ordered([coding(hcpcs, code)])).toBe('other');
    expect(ordered([coding(hcpcs, code)], 'obecabtagene autoleucel')).toBe('aucatzyl');
    expect(ordered([coding(hcpcs, code, 'obe-cel')])).toBe('aucatzyl');
    expect(ordered([coding(hcpcs, code)], 'Tecartus or Yescarta')).toBe('other');
    expect(ordered([coding(hcpcs, code)], 'Tecartus', 'Yescarta')).toBe('other');
    expect(ordered([coding(hcpcs, code)], 'a newer CAR-T product')).toBe('other');
  });
});

describe('text', () => {
  it.each([
    ['Tecartus', 'tecartus'],
    ['TECARTUS (brexucabtagene autoleucel)', 'tecartus'],
    ['brexu-cel', 'tecartus'],
    ['Brexu cel infusion', 'tecartus'],
    ['axi‑cel', 'yescarta'],
    ['obacabtagene autoleucel', 'aucatzyl'],
    ['tisagenlecleucel', 'kymriah'],
    ['Tecartusx', 'other'],
    ['CAR-T', 'other'],
    ['Tecartus, Yescarta', 'other'],
    ['ondansetron 8 mg', 'other'],
    ['', 'other'],
  ])('"%s" alone: %s', (text, expected) => {
    expect(ordered([], text)).toBe(expected);
  });

  it('counts beside a code that is not understood', () => {
    expect(ordered([coding(local, 'X')], 'Tecartus')).toBe('tecartus');
    expect(ordered([{ code: 'Q2053' }], 'Tecartus')).toBe('tecartus');
  });

  it('does not count beside the code of another drug or procedure', () => {
    expect(ordered([coding(rxnorm, '26225', 'ondansetron')], 'pre-medication for Tecartus')).toBe('other');
    expect(ordered([coding(cpt, '99213')], 'follow-up after Tecartus')).toBe('other');
  });
});

it('a code without a system names nothing', () => {
  expect(ordered([{ code: 'Q2053' }])).toBe('other');
});

describe('words that speak of CAR-T at all', () => {
  it.each([
    ['Tecartus', true],
    ['CAR-T cells', true],
    ['CAR T-cell infusion', true],
    ['chimeric antigen receptor T cells', true],
    ['car transport', false],
    ['bendamustine', false],
    ['', false],
  ])('"%s": %s', (words, expected) => {
    expect(speaksOfCarT(words, products)).toBe(expected);
  });
});
