import { derived } from './derived.ts';
import { isObject, objects, text, type JsonObject } from './json.ts';

/** A coding brought to one spelling: preferred system URI and normal code. */
export interface Coding {
  /** Preferred URI; undefined when the coding names no system, or one that is not understood. */
  readonly system: string | undefined;
  /** The URI as printed, when it is not understood. */
  readonly unknownSystem: string | undefined;
  /** As printed. */
  readonly code: string;
  readonly display: string | undefined;
  /** `system|code`, the key of value sets and of the chart's index; undefined without an understood system. */
  readonly key: string | undefined;
}

export interface CodeSystem {
  readonly uri: string;
  readonly name: string;
  readonly aliases: readonly string[];
  readonly form?: 'icd-10' | 'icd-o-3' | 'ndc' | undefined;
}

/** A FHIR ValueSet, reduced to what membership needs. */
export interface ValueSet {
  readonly id: string;
  readonly title: string;
  readonly version: string;
  readonly url: string;
  /** Display by `system|code`. */
  readonly concepts: ReadonlyMap<string, string>;
  /** The codes as they are printed, in their order. */
  readonly codings: readonly ListedCoding[];
}

export interface ListedCoding {
  readonly system: string;
  readonly code: string;
  readonly display: string;
}

/** What is known of a coding at a glance. */
export interface Recognized {
  /** The key of a code that some value set lists. */
  readonly key: string | undefined;
  /** False when it names no system, or one that is not understood. */
  readonly isUnderstood: boolean;
}
const NO_KEYS: ReadonlyKeys = new Set<string>();
const UNLISTED: Recognized = { key: undefined, isUnderstood: true };
const NOT_UNDERSTOOD: Recognized = { key: undefined, isUnderstood: false };

/** What a set of keys and a map by them have in common. */
type ReadonlyKeys = Pick<ReadonlySet<string>, 'size' | 'has' | 'keys'>;

export interface Terminology {
  readonly codeSystems: readonly CodeSystem[];
  readonly valueSets: ReadonlyMap<string, ValueSet>;
  /** A CDS Hooks or FHIR Coding; null when it carries no code. */
  coding(value: JsonObject): Coding | null;
  /** The same without reading it: most codes of a chart stand in no value set. Null when it carries no code. */
  recognize(value: unknown): Recognized | null;
  /** The codings of a CodeableConcept, of a list of them, or of a bare Coding. */
  codings(concept: unknown): readonly Coding[];
  /** The keys that stand in one of the value sets: a set or a map by them. */
  keys(valueSets: readonly string[]): ReadonlyKeys;
  /** True when the key stands in one of the value sets. */
  includes(valueSets: readonly string[], key: string): boolean;
  /** Display of a key: the first value set that knows it. */
  display(key: string): string | undefined;
}

/** Brings codes to the spelling that value sets use; what cannot be one is kept, and so matches nothing. */
const FORMS = {
  'icd-10': (code: string) => code.toUpperCase().replaceAll('.', ''),
  'icd-o-3': (code: string) => code.toUpperCase().replace(/^M-?/, ''),
  ndc: elevenDigits,
} as const;

/**
 * FDA labels print 10 digits in three hyphenated forms (4-4-2, 5-3-2, 5-4-1); billing uses 11 (5-4-2).
 * Ten digits without hyphens could be any of the three and are left alone.
 */
function elevenDigits(code: string): string {
  const parts = code.split('-');
  return parts.length === 3 && parts.every((part) => /^\d+$/.test(part))
    ? `${(parts[0] ?? '').padStart(5, '0')}${(parts[1] ?? '').padStart(4, '0')}${(parts[2] ?? '').padStart(2, '0')}`
    : code;
}

export function createTerminology(
  codeSystems: readonly CodeSystem[],
  valueSetResources: readonly JsonObject[],
): Terminology {
  interface Known {
    readonly system: CodeSystem;
    /** Codes that a value set lists, in their normal form. */
    readonly listed: Map<string, Recognized>;
  }
  const systems = new Map<string, Known>();
  for (const system of codeSystems) {
    const known = { system, listed: new Map<string, Recognized>() };
    for (const uri of [system.uri, ...system.aliases]) systems.set(uri, known);
  }
  const systemOf = (printed: string | undefined): Known | undefined =>
    printed === undefined ? undefined : systems.get(printed.endsWith('/') ? printed.slice(0, -1) : printed);

  const normal = (system: CodeSystem, code: string): string =>
    system.form === undefined ? code : FORMS[system.form](code);

  const coding = (value: JsonObject): Coding | null => {
    const code = text(value['code']);
    if (code === undefined) return null;
    const printed = text(value['system']);
    const known = systemOf(printed);
    const normalized = known === undefined ? code : normal(known.system, code);
    return {
      system: known?.system.uri,
      unknownSystem: known === undefined ? printed : undefined,
      code,
      display: text(value['display']),
      key:
        known === undefined
          ? undefined
          : (known.listed.get(normalized)?.key ?? `${known.system.uri}|${normalized}`),
    };
  };

  const recognize = (value: unknown): Recognized | null => {
    const code = isObject(value) ? text(value['code']) : undefined;
    if (!isObject(value) || code === undefined) return null;
    const known = systemOf(text(value['system']));
    return known === undefined ? NOT_UNDERSTOOD : (known.listed.get(normal(known.system, code)) ?? UNLISTED);
  };

  const codings = (concept: unknown): readonly Coding[] => {
    const found: Coding[] = [];
    for (const printed of printedCodings(concept)) {
      const read = isObject(printed) ? coding(printed) : null;
      if (read !== null) found.push(read);
    }
    return found;
  };

  const valueSets = new Map<string, ValueSet>();
  const displays = new Map<string, string>();
  for (const resource of valueSetResources) {
    const concepts = new Map<string, string>();
    const listed = new Map<string, ListedCoding>();
    for (const include of objects((resource['compose'] as JsonObject | undefined)?.['include'])) {
      for (const concept of objects(include['concept'])) {
        const read = coding({ ...concept, system: include['system'] });
        if (read?.key === undefined) continue;
        const display = read.display ?? read.code;
        concepts.set(read.key, display);
        const known = systemOf(read.system);
        known?.listed.set(normal(known.system, read.code), { key: read.key, isUnderstood: true });
        if (read.system !== undefined)
          listed.set(read.key, { system: read.system, code: read.code, display });
        if (!displays.has(read.key)) displays.set(read.key, display);
      }
    }
    const id = text(resource['id']) ?? '';
    valueSets.set(id, {
      id,
      title: text(resource['title']) ?? id,
      version: text(resource['version']) ?? '',
      url: text(resource['url']) ?? `urn:cartograph:ValueSet:${id}`,
      concepts,
      codings: [...listed.values()],
    });
  }

  const conceptsOf = (id: string | undefined): ReadonlyKeys => valueSets.get(id ?? '')?.concepts ?? NO_KEYS;
  // Lists of value sets are the library's, and asked of every record.
  const together = derived(
    (ids: readonly string[]): ReadonlyKeys => new Set(ids.flatMap((id) => [...conceptsOf(id).keys()])),
  );
  const keys = (ids: readonly string[]): ReadonlyKeys =>
    ids.length > 1 ? together(ids) : conceptsOf(ids[0]);

  return {
    codeSystems,
    valueSets,
    coding,
    recognize,
    codings,
    keys,
    includes: (ids, key) => keys(ids).has(key),
    display: (key) => displays.get(key),
  };
}

/** What stands where Codings are to stand: in a CodeableConcept, in a list of them, or bare; as it is printed. */
export function printedCodings(concept: unknown): readonly unknown[] {
  if (Array.isArray(concept)) return concept.filter(isObject).flatMap(printedCodings);
  if (!isObject(concept)) return NOTHING;
  const listed = concept['coding'];
  if (listed === undefined) return concept['code'] === undefined ? NOTHING : [concept];
  return Array.isArray(listed) ? listed : [listed];
}
const NOTHING: readonly unknown[] = [];
