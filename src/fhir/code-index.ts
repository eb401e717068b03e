import { visitConcepts } from './coded-elements.ts';
import type { JsonObject } from './json.ts';
import { byDateThenReference, type ReadRecord } from './record.ts';
import { printedCodings, type Terminology } from './terminology.ts';

/** Whether the codes of a record can be read: some are, none is there, or none is of a system that is understood. */
export type CodeReading = 'understood' | 'uncoded' | 'not-understood';

/** The records of one chart by the codes that value sets list; any other code finds nothing, and is not kept. */
export interface CodeIndex {
  readonly add: (record: ReadRecord) => CodeReading;
  /** True when a value set lists a code of the concept. */
  readonly lists: (concept: unknown) => boolean;
  /** Records with a code of one of the value sets in an element, by date and reference. */
  readonly find: (path: string, valueSets: readonly string[]) => readonly ReadRecord[];
}

/** @param resolve what is at hand by reference: the Medication of a record */
export function createCodeIndex(
  terminology: Terminology,
  resolve: (reference: unknown) => JsonObject | undefined,
): CodeIndex {
  const byPath = new Map<string, Map<string, ReadRecord[]>>();
  const put = (path: string, key: string, record: ReadRecord): void => {
    let byKey = byPath.get(path);
    if (byKey === undefined) byPath.set(path, (byKey = new Map<string, ReadRecord[]>()));
    const list = byKey.get(key);
    if (list === undefined) byKey.set(key, [record]);
    else if (list[list.length - 1] !== record) list.push(record);
  };

  // Of the record that is being added: one pass makes no function for each of them.
  let adding: ReadRecord | undefined;
  let reading: CodeReading = 'uncoded';
  const see = (path: string, concept: unknown): void => {
    for (const printed of printedCodings(concept)) {
      const seen = terminology.recognize(printed);
      if (seen === null) continue;
      if (seen.isUnderstood) reading = 'understood';
      else if (reading === 'uncoded') reading = 'not-understood';
      if (seen.key !== undefined && adding !== undefined) put(path, seen.key, adding);
    }
  };

  return {
    add(record) {
      adding = record;
      reading = 'uncoded';
      visitConcepts(record.resource, record.type, resolve, see);
      return reading;
    },
    lists: (concept) =>
      printedCodings(concept).some((printed) => terminology.recognize(printed)?.key !== undefined),
    find(path, valueSets) {
      const byKey = byPath.get(path);
      if (byKey === undefined) return [];
      const wanted = terminology.keys(valueSets);
      const lists: (readonly ReadRecord[])[] = [];
      // Whichever is smaller is walked: the codes that are asked for, or those that the chart has there.
      if (wanted.size < byKey.size)
        for (const key of wanted.keys()) {
          const list = byKey.get(key);
          if (list !== undefined) lists.push(list);
        }
      else for (const [key, list] of byKey) if (wanted.has(key)) lists.push(list);
      return inOrder(lists);
    },
  };
}

/** One of each, by date and reference. */
function inOrder(lists: readonly (readonly ReadRecord[])[]): readonly ReadRecord[] {
  const all = lists.flat().sort(byDateThenReference);
  // What several lists hold stands side by side.
  return lists.length < 2 ? all : all.filter((record, place) => record !== all[place - 1]);
}
