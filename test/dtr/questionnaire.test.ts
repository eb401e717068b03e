import type { Expression, Questionnaire, QuestionnaireItem } from 'fhir/r4.js';
import { describe, expect, it } from 'vitest';
import { questionnaire } from '../../src/dtr/questionnaire.ts';
import { canonicalOf, valueSetsOf } from '../../src/dtr/value-sets.ts';
import { formsOf } from '../../src/policy/form.ts';
import { flatten } from '../../src/policy/policy.ts';
import { invalidity } from '../conformance/checks/fhir-validity.ts';
import { library } from '../server/service.ts';
import { itemsById } from './clinician.ts';
import { expressionsOf, parse } from './expressions.ts';

const BASE = 'https://cartograph.example.org/fhir';
const forms = library.policies.flatMap((policy) => formsOf(policy, library.facts));
const SDC = 'http://hl7.org/fhir/uv/sdc/StructureDefinition';

const list = (items: readonly QuestionnaireItem[]): readonly QuestionnaireItem[] =>
  items.flatMap((item) => [item, ...list(item.item ?? [])]);

describe.each(forms.map((form) => [form.id, form] as const))('%s', (_id, form) => {
  const made: Questionnaire = questionnaire(form, library, BASE);
  const items = list(made.item ?? []);
  const byId = itemsById(made);
  const criteria = flatten(form.indication.criteria).filter(({ id }) => id !== undefined);

  it('is valid FHIR R4', () => {
    expect(invalidity(made)).toEqual([]);
  });

  it('has a canonical URL with the version of the policy', () => {
    expect([made.url, made.version]).toEqual([`${BASE}/Questionnaire/${form.id}`, form.policy.version]);
    expect(made.id).toMatch(/^[A-Za-z0-9.-]{1,64}$/);
  });

  it('uses each linkId once', () => {
    const ids = items.map(({ linkId }) => linkId);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  it('asks every criterion under its id, in the policy’s order', () => {
    const ids = new Set(criteria.map(({ id }) => id ?? ''));
    const places = [...byId.keys()].flatMap((linkId) => {
      const id = linkId.replace(/#group$/, '');
      return ids.has(id) ? [id] : [];
    });
    const clinical = criteria.filter(({ administrative }) => !administrative).map(({ id }) => id);
    const asked = [...new Set(places)];
    expect(new Set(asked)).toEqual(ids);
    expect(asked.filter((id) => clinical.includes(id))).toEqual([...new Set(clinical)]);
  });

  it('helps with the locator, in plain words, at every question on a criterion', () => {
    const questions = [...form.items.values()].filter(({ criterion }) => criterion !== undefined);
    for (const { linkId, criterion } of questions) {
      const help = (byId.get(linkId)?.item ?? []).find((part) => part.linkId === `${linkId}#help`);
      expect(help?.text, linkId).toContain(`Policy: ${criterion?.locator ?? ''}.`);
      expect(help?.extension?.[0]?.valueCodeableConcept?.coding?.[0]?.code).toBe('help');
    }
  });

  it('shows every anomaly of the text that touches it', () => {
    const notes = items.filter(({ type }) => type === 'display').map(({ text }) => text ?? '');
    const touching = [
      ...criteria.flatMap(({ anomalies }) => anomalies.map(({ id }) => id)),
      ...form.indication.anomalies,
      ...[...form.policy.anomalies].filter(([, { general }]) => general === true).map(([id]) => id),
    ];
    for (const id of touching) {
      const text = form.policy.anomalies.get(id)?.text ?? 'undeclared';
      expect(
        notes.some((note) => note.includes(id) && note.includes(text)),
        id,
      ).toBe(true);
    }
  });

  it('asks a conditional criterion under its condition only, and asks the condition', () => {
    for (const { id, when } of criteria.filter((criterion) => criterion.when !== undefined)) {
      const item = byId.get(id ?? '') ?? byId.get(`${id ?? ''}#group`);
      const [condition] = item?.enableWhen ?? [];
      expect(condition, `${id ?? ''} when ${when ?? ''}`).toBeDefined();
      expect(byId.get(condition?.question ?? '')?.type).toMatch(/^(boolean|choice)$/);
    }
    for (const { enableWhen = [] } of items)
      for (const { question } of enableWhen) expect(byId.has(question), question).toBe(true);
  });

  it('keeps administrative questions apart, and hides or locks none', () => {
    const sections = (made.item ?? []).filter(({ type }) => type === 'group').map(({ linkId }) => linkId);
    expect(sections.every((linkId) => ['administrative', 'clinical'].includes(linkId))).toBe(true);
    const settings = items.filter(({ answerOption }) => answerOption !== undefined);
    const administrative = list((made.item ?? []).filter(({ linkId }) => linkId === 'administrative'));
    for (const setting of settings.filter(({ linkId }) => linkId.endsWith('#setting')))
      expect(administrative).toContain(setting);
    expect(JSON.stringify(made)).not.toMatch(/questionnaire-hidden|"readOnly"/);
  });

  it('gives every answer a type that fits', () => {
    for (const { linkId, asks, units, takesDocument } of form.items.values()) {
      const item = byId.get(linkId);
      const part = (name: string) => byId.get(`${linkId}#${name}`)?.type;
      const options = (target: QuestionnaireItem | undefined) =>
        (target?.extension ?? []).filter(({ url }) => url.endsWith('/questionnaire-unitOption'));
      const expected = {
        group: ['group'],
        statement: ['boolean'],
        result: ['quantity'],
        results: ['group'],
        'birth-date': ['date'],
        record: ['choice', 'boolean'],
        setting: ['choice'],
      }[asks];
      expect(expected, linkId).toContain(item?.type);
      if (asks === 'result') expect([part('date'), options(item).length]).toEqual(['date', units.length]);
      if (asks === 'results')
        expect([part('value'), part('date'), options(byId.get(`${linkId}#value`)).length]).toEqual([
          'quantity',
          'date',
          units.length,
        ]);
      if (asks === 'record') expect(part('date')).toBe('date');
      if (takesDocument) {
        expect([part('document'), part('attachment')]).toEqual(['reference', 'attachment']);
        const document = byId.get(`${linkId}#document`);
        expect(
          document?.extension?.every(({ url }) => url.endsWith('/questionnaire-referenceResource')),
        ).toBe(true);
      }
    }
  });

  it('chooses from value sets that it can be packaged with, each with its version', () => {
    const known = new Set(valueSetsOf(form, library.terminology).map(canonicalOf));
    const used = items.flatMap(({ answerValueSet }) => answerValueSet ?? []);
    expect(used.filter((canonical) => !known.has(canonical))).toEqual([]);
    expect([...known].filter((canonical) => !/\|.+$/.test(canonical))).toEqual([]);
  });

  it('is filled in by FHIRPath that parses, over variables that it declares', () => {
    const declared = new Set([
      'patient',
      'encounter',
      ...(made.extension ?? []).flatMap(({ valueExpression }) => valueExpression?.name ?? []),
    ]);
    const expressions: readonly Expression[] = expressionsOf(made);
    expect(expressions.length).toBeGreaterThan(0);
    for (const { expression = '', name } of expressions) {
      expect(() => parse(expression), expression).not.toThrow();
      if (name !== undefined) declared.add(name);
    }
    for (const { expression = '' } of expressions)
      for (const [, variable] of expression.matchAll(/%(\w+)/g)) expect(declared).toContain(variable);
  });

  it('declares launch contexts and queries that name the patient', () => {
    const contexts = (made.extension ?? []).filter(
      ({ url }) => url === `${SDC}/sdc-questionnaire-launchContext`,
    );
    expect(contexts.map(({ extension }) => extension?.[0]?.valueCoding?.code)).toEqual([
      'patient',
      'encounter',
    ]);
    const queries = (made.extension ?? []).flatMap(({ valueExpression }) =>
      valueExpression?.language === 'application/x-fhir-query' ? (valueExpression.expression ?? '') : [],
    );
    for (const query of queries) expect(query).toMatch(/^[A-Z]\w+\?patient=\{\{%patient\.id\}\}/);
    expect(new Set(queries).size).toBe(queries.length);
  });
});
