import type { Library } from '../policy/library.ts';
import { csvLine } from '../records/csv.ts';
import { chartTypes } from '../crd/evaluate.ts';
import type { ComparedOrder } from './comparison.ts';
import type { Libraries } from './policies.ts';
import type { Counts, RunStore } from './run-store.ts';
import type { RunSettings } from './settings.ts';
import { createTally, isChanged, leftWords, sideWords, type Summary } from './tally.ts';

export const FORMATS = ['text', 'csv', 'json'] as const;
export type Format = (typeof FORMATS)[number];

/** What heads a report. */
interface Head {
  readonly today: string;
  readonly policies: readonly {
    readonly policy: string;
    readonly before: readonly string[];
    readonly after: readonly string[];
  }[];
  readonly named: RunSettings['named'];
  readonly counts: Counts;
  readonly summary: Summary;
  /** Files beside the charts that are no NDJSON. */
  readonly otherFiles: readonly string[];
  /** Resource types that the policies read and no chart holds: an export without them looks like patients without them. */
  readonly absentTypes: readonly string[];
}

/**
 * Writes who changes from what to what, reading the outcomes twice: first to count them, and again to list them, so that none
 * of them is held.
 */
export async function writeReport(
  format: Format,
  store: RunStore,
  settings: RunSettings,
  libraries: Libraries,
  otherFiles: readonly string[],
  write: (text: string) => Promise<void>,
): Promise<void> {
  const tally = createTally();
  for await (const { outcome } of store.outcomes(false)) tally.add(outcome);
  const held = await store.types();
  const head: Head = {
    today: settings.today,
    policies: versionsOf(libraries),
    named: settings.named,
    counts: await store.counts(),
    summary: tally.summary(),
    otherFiles,
    absentTypes: [libraries.current, libraries.changed]
      .flatMap((library) => chartTypes(library.policies, library))
      .filter((type, index, types) => types.indexOf(type) === index && !held.has(type))
      .toSorted(),
  };
  await WRITERS[format](head, store, write);
}

function versionsOf({ current, changed }: Libraries): Head['policies'] {
  const versions = ({ policies }: Library, policy: string): readonly string[] =>
    policies.filter(({ id }) => id === policy).map(({ version }) => version);
  return [...new Set([...current.policies, ...changed.policies].map(({ id }) => id))]
    .toSorted()
    .map((policy) => ({ policy, before: versions(current, policy), after: versions(changed, policy) }));
}

type Writer = (head: Head, store: RunStore, write: (text: string) => Promise<void>) => Promise<void>;

/** Patients and lines that the text shows; CSV and JSON have all. */
const SHOWN = 50;

const text: Writer = async (head, store, write) => {
  const { today, policies, counts, summary, otherFiles, absentTypes } = head;
  const { orders, changedOrders, changedCharts, decisions, changes, left } = summary;
  const lines: string[] = [
    ...policies.map(
      ({ policy, before, after }) => `${policy}: ${versions(before)} now, ${versions(after)} changed`,
    ),
    `As of ${today}. ${counts.charts} charts of ${counts.patients} patients; ${orders} orders compared, ${changedOrders} change, in ${changedCharts} charts.`,
  ];
  if (decisions.length > 0)
    lines.push(
      '',
      'Decisions',
      ...decisions.map(
        ({ policy, before, after, orders: count }) =>
          `  ${number(count)}  ${policies.length > 1 ? `${policy}: ` : ''}${before === after ? `${before}, as before` : arrow(before, after)}`,
      ),
    );
  if (changes.length > 0) {
    lines.push('', 'What changes, in how many orders');
    for (const [index, { item, title, before, after, orders: count }] of changes.entries()) {
      if (changes[index - 1]?.item !== item) lines.push(`  ${item}${title === '' ? '' : `  ${title}`}`);
      lines.push(`  ${number(count)}  ${arrow(before, after)}`);
    }
  }
  await write(`${lines.join('\n')}\n`);

  if (changedCharts > 0) await write('\nWho changes\n');
  let shown = 0;
  for await (const { patient, chart, outcome } of store.outcomes(true)) {
    if (shown === SHOWN) break;
    shown += 1;
    for (const order of outcome.orders.filter(isChanged))
      await write(`${orderText(patient, patient === chart ? '' : placeOf(chart), order).join('\n')}\n`);
  }
  const rest = changedCharts - shown;
  if (rest > 0) await write(`  and ${rest} more charts (--format csv or json has all)\n`);

  const uncompared = left.map(({ of, reason, count }) => `  ${number(count)}  ${of}: ${reason}`);
  if (uncompared.length > 0) await write(`\nNot compared\n${uncompared.join('\n')}\n`);
  if (absentTypes.length > 0)
    await write(
      `\nIn no chart, and read by the policies: ${absentTypes.join(', ')}. If they were not exported, what they would show is counted as missing.\n`,
    );
  if (counts.unreadLines + otherFiles.length === 0) return;
  await write('\nNot read\n');
  for (const name of otherFiles.slice(0, SHOWN)) await write(`  ${name} is no NDJSON file\n`);
  let listed = 0;
  for await (const { file, line, problem } of store.unread()) {
    if (listed === SHOWN) break;
    listed += 1;
    await write(`  ${file}:${line} ${problem}\n`);
  }
  const more = counts.unreadLines - listed + Math.max(otherFiles.length - SHOWN, 0);
  if (more > 0) await write(`  and ${more} more (--format csv or json has all)\n`);
};

const number = (count: number): string => String(count).padStart(8);
const versions = (list: readonly string[]): string =>
  list.length === 0 ? 'none' : `version ${list.join(' and ')}`;
const arrow = (before: string, after: string): string => `${before} -> ${after}`;

/** A Bundle's file and line, without the zeros that sort them. */
const placeOf = (chart: string): string => chart.replace(/:0*(\d+)$/, ':$1');

function orderText(patient: string, place: string, order: ComparedOrder): readonly string[] {
  const { before, after, changes } = order;
  const decision = [sideWords(before), sideWords(after)] as const;
  return [
    `  ${patient}${place === '' ? '' : ` (${place})`}  ${order.order}${order.product === null ? '' : `, ${order.product}`}: ${
      decision[0] === decision[1] ? `${decision[0]}, as before` : arrow(...decision)
    }`,
    ...changes
      .filter(({ item }) => item !== 'decision')
      .map((change) => `      ${change.item}: ${arrow(change.before, change.after)}`),
  ];
}

const COLUMNS = [
  'row',
  'patient',
  'chart',
  'order',
  'product',
  'policy',
  'item',
  'title',
  'before',
  'after',
  'reason',
];

/** A row for each difference, each order or chart that was not compared, and each line that was not read. */
const csv: Writer = async ({ otherFiles }, store, write) => {
  const row = (cells: Readonly<Partial<Record<string, string>>>): Promise<void> =>
    write(csvLine(COLUMNS.map((column) => cells[column] ?? '')));
  await write(csvLine(COLUMNS));
  for await (const { patient, chart, outcome } of store.outcomes(false)) {
    const place = placeOf(chart);
    for (const { order, product, policy, changes } of outcome.orders)
      for (const { item, title, before, after } of changes)
        await row({
          row: 'change',
          patient,
          chart: place,
          order,
          product: product ?? '',
          policy,
          item,
          title: title ?? '',
          before: leftWords(before),
          after: leftWords(after),
        });
    for (const { order, reason } of outcome.left)
      await row({
        row: 'not compared',
        patient,
        chart: place,
        order: order ?? '',
        reason: leftWords(reason),
      });
  }
  for (const name of otherFiles) await row({ row: 'not read', chart: name, reason: 'is no NDJSON file' });
  for await (const { file, line, problem } of store.unread())
    await row({ row: 'not read', chart: `${file}:${line}`, reason: problem });
};

const json: Writer = async (head, store, write) => {
  await write(`${JSON.stringify(head, null, 2).replace(/\n\}$/, '')},\n  "changes": `);
  await list(write, changedOrders(store));
  await write(',\n  "notCompared": ');
  await list(write, uncomparedOrders(store));
  await write(',\n  "notRead": ');
  await list(write, store.unread());
  await write('\n}\n');
};

async function list(write: (text: string) => Promise<void>, items: AsyncIterable<unknown>): Promise<void> {
  let separator = '[';
  for await (const item of items) {
    await write(`${separator}\n    ${JSON.stringify(item)}`);
    separator = ',';
  }
  await write(separator === '[' ? '[]' : '\n  ]');
}

async function* changedOrders(store: RunStore): AsyncGenerator<object> {
  for await (const { patient, chart, outcome } of store.outcomes(true))
    for (const order of outcome.orders.filter(isChanged)) yield { patient, chart: placeOf(chart), ...order };
}

async function* uncomparedOrders(store: RunStore): AsyncGenerator<object> {
  for await (const { patient, chart, outcome } of store.outcomes(false))
    for (const { order, reason } of outcome.left)
      yield {
        patient,
        chart: placeOf(chart),
        ...(order === undefined ? {} : { order }),
        reason: leftWords(reason),
      };
}

const WRITERS: Readonly<Record<Format, Writer>> = { text, csv, json };
