import { visitConcepts } from './coded-elements.ts';
import type { JsonObject } from './json.ts';
import { byDateThenReference, type ReadRecord } from './record.ts';
import { visitCodings, type Recognized, type Terminology } from './terminology.ts';

/** Whether the codes of a record can be read: some are, none is there, or none is of a system that is understood. */
export type CodeReading = 'understood' | 'uncoded' | 'not-understood';

/** The records of one chart by the codes that value sets list; any other code finds nothing, and is not kept. */
export interface CodeIndex {
  readonly add: (record: ReadRecord, resolve: (reference: unknown) => JsonObject | undefined) => CodeReading;
  /** True when a value set lists a code of the concept. */
  readonly lists: (concept: unknown) => boolean;
  /** Records with a code of one of the value sets in an element, by date and reference. */
  readonly find: (path: string, valueSets: readonly string[]) => readonly ReadRecord[];
}

interface AtPath {
  readonly byKey: Map<string, ReadRecord[]>;
  /** In order, by the id of a value set: found when it is first asked for. */
  readonly byValueSet: Map<string, readonly ReadRecord[]>;
}

export function createCodeIndex(terminology: Terminology): CodeIndex {
  const byPath = new Map<string, AtPath>();
  const put = (path: string, key: string, record: ReadRecord): void => {
    let atPath = byPath.get(path);
    if (atPath === undefined) byPath.set(path, (atPath = { byKey: new Map(), byValueSet: new Map() }));
    const list = atPath.byKey.get(key);
    if (list === undefined) atPath.byKey.set(key, [record]);
    else if (list[list.length - 1] !== record) list.push(record);
  };

  const ofValueSet = ({ byKey, byValueSet }: AtPath, id: string): readonly ReadRecord[] => {
    const known = byValueSet.get(id);
    if (known !== undefined) return known;
    const concepts = terminology.valueSets.get(id)?.concepts;
    const lists: (readonly ReadRecord[])[] = [];
    // Whichever is smaller is walked: the codes of the value set, or those that the chart has there.
    if (concepts !== undefined && concepts.size < byKey.size)
      for (const key of concepts.keys()) lists.push(byKey.get(key) ?? []);
    else for (const [key, list] of byKey) if (concepts?.has(key) === true) lists.push(list);
    const found = inOrder(lists);
    byValueSet.set(id, found);
    return found;
  };

  return {
    add(record, resolve) {
      let reading: CodeReading = 'uncoded';
      const see = (seen: Recognized | null, path: string): void => {
        if (seen === null) return;
        if (seen.isUnderstood) reading = 'understood';
        else if (reading === 'uncoded') reading = 'not-understood';
        if (seen.key !== undefined) put(path, seen.key, record);
      };
      visitConcepts(record.resource, record.type, resolve, (path, concept) => {
        visitCodings(concept, (printed) => {
          see(terminology.recognize(printed), path);
        });
      });
      return reading;
    },
    lists(concept) {
      let isListed = false;
      visitCodings(concept, (printed) => {
        isListed ||= terminology.recognize(printed)?.key !== undefined;
      });
      return isListed;
    },
    find(path, valueSets) {
      const atPath = byPath.get(path);
      if (atPath === undefined) return [];
      const [first, ...others] = valueSets;
      if (first === undefined) return [];
      if (others.length === 0) return ofValueSet(atPath, first);
      return inOrder(valueSets.map((id) => ofValueSet(atPath, id)));
    },
  };
}

/** One of each, by date and reference. */
function inOrder(lists: readonly (readonly ReadRecord[])[]): readonly ReadRecord[] {
  const filled = lists.filter((list) => list.length > 0);
  const [first] = filled;
  if (first === undefined) return [];
  const all = filled.length === 1 ? [...first] : [...new Set(filled.flat())];
  return all.sort(byDateThenReference);
}
