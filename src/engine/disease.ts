import type { ChartRecord } from '../fhir/chart.ts';
import { property, text } from '../fhir/json.ts';
import type { Coding } from '../fhir/terminology.ts';
import { asWords } from '../policy/words.ts';
import type { Library } from '../policy/library.ts';
import { ancestry } from '../policy/vocabulary.ts';

/** Which disease a coded concept names, and whether its codes and its words agree (`realworld.md` 5.4). */
export interface NamedDiseases {
  /** By code: the most specific that the codes name. */
  readonly diseases: readonly string[];
  /** Why the concept decides nothing: its codes, or its code and its text, name different diseases. */
  readonly conflict: string | undefined;
}

const UNNAMED: NamedDiseases = { diseases: [], conflict: undefined };

const ICD_10_CM = 'http://hl7.org/fhir/sid/icd-10-cm|';

/** Words that turn a disease's name into a question or a denial. */
const DENIALS = [
  'no evidence of',
  'rule out',
  'ruled out',
  'r o',
  'negative for',
  'excluded',
  'family history',
  'no history of',
];

export interface DiseaseReader {
  named(codings: readonly Coding[], words: readonly (string | undefined)[]): NamedDiseases;
  ofCondition(record: ChartRecord): NamedDiseases;
  /** The diseases that words name, denied or not. */
  inWords(words: readonly (string | undefined)[]): readonly string[];
  /** Without those that another of them stands within. */
  mostSpecific(diseases: readonly string[]): readonly string[];
  /** True when one is the other or stands within it. */
  agree(a: string, b: string): boolean;
}

const readers = new WeakMap<Library, DiseaseReader>();

/** Reads diseases with the vocabulary of `shared/diseases.yaml`; made once for a library. */
export function diseaseReader(library: Library): DiseaseReader {
  const made = readers.get(library) ?? createDiseaseReader(library);
  readers.set(library, made);
  return made;
}

function createDiseaseReader({ diseases, terminology }: Library): DiseaseReader {
  const lineOf = new Map([...diseases.keys()].map((id) => [id, ancestry(id, diseases) ?? [id]]));
  const agree = (a: string, b: string): boolean =>
    (lineOf.get(a) ?? []).includes(b) || (lineOf.get(b) ?? []).includes(a);
  const mostSpecific = (ids: readonly string[]): readonly string[] =>
    [...new Set(ids)].filter(
      (id) => !ids.some((other) => other !== id && (lineOf.get(other) ?? []).includes(id)),
    );

  const phrases = [...diseases.values()]
    .flatMap(({ id, names }) => names.map((item) => ({ id, phrase: asWords(item) })))
    .sort((a, b) => b.phrase.length - a.phrase.length);

  const listed = new Map<string, string[]>();
  for (const { id, codes } of diseases.values()) {
    for (const key of codes.flatMap((set) => [...(terminology.valueSets.get(set)?.concepts.keys() ?? [])])) {
      listed.set(key, [...(listed.get(key) ?? []), id]);
    }
  }
  for (const [key, ids] of listed) listed.set(key, [...mostSpecific(ids)]);
  const listedCategories = Map.groupBy(
    [...diseases.values()].flatMap(({ id, icd10 }) => icd10.map((category) => ({ id, category }))),
    ({ category }) => category,
  );
  /** The diseases whose ICD-10-CM category is the longest that the code begins with. */
  const byCategory = (code: string): readonly string[] => {
    for (let length = code.length; length > 0; length -= 1) {
      const found = listedCategories.get(code.slice(0, length));
      if (found !== undefined) return found.map(({ id }) => id);
    }
    return [];
  };
  const byCode = ({ key }: Coding): readonly string[] => {
    if (key === undefined) return [];
    const found = listed.get(key);
    if (found !== undefined) return found;
    return key.startsWith(ICD_10_CM) ? byCategory(key.slice(ICD_10_CM.length)) : [];
  };

  /** @param words as `asWords` writes them */
  const byWords = (words: string): readonly string[] => {
    let rest = words;
    const found: string[] = [];
    for (const { id, phrase } of phrases) {
      if (rest.includes(phrase)) {
        found.push(id);
        rest = rest.replaceAll(phrase, ' | ');
      }
    }
    return mostSpecific(found);
  };

  const named = (codings: readonly Coding[], words: readonly (string | undefined)[]): NamedDiseases => {
    const sets = codings.map(byCode).filter((set) => set.length > 0);
    if (sets.length === 0) return UNNAMED;
    const ids = mostSpecific(sets.flat());
    const agreeing = (a: readonly string[], b: readonly string[]): boolean =>
      a.some((one) => b.some((other) => agree(one, other)));
    if (sets.some((set) => sets.some((other) => !agreeing(set, other)))) {
      return { diseases: ids, conflict: 'its codes name different diseases' };
    }
    for (const phrase of new Set(words)) {
      if (phrase === undefined) continue;
      const said = asWords(phrase);
      const read = byWords(said);
      if (read.length === 0) continue;
      if (!agreeing(ids, read))
        return { diseases: ids, conflict: 'its code and its text name different diseases' };
      if (DENIALS.some((denial) => said.includes(` ${denial} `))) {
        return { diseases: ids, conflict: 'its text denies or questions the disease that its code names' };
      }
    }
    return { diseases: ids, conflict: undefined };
  };

  const memo = new WeakMap<ChartRecord, NamedDiseases>();
  return {
    named,
    agree,
    mostSpecific,
    inWords: (words) => words.flatMap((phrase) => (phrase === undefined ? [] : byWords(asWords(phrase)))),
    ofCondition(record) {
      const known = memo.get(record);
      if (known !== undefined) return known;
      const codings = record.codes.map(({ coding }) => coding);
      const read = named(codings, [
        text(property(record.resource['code'], 'text')),
        ...codings.map(({ display }) => display),
      ]);
      memo.set(record, read);
      return read;
    },
  };
}
