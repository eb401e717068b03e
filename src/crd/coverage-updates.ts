import { asWritten } from '../fhir/number-text.ts';
import { isObject, objects, property, text, type JsonObject } from '../fhir/json.ts';
import { relativeReference } from '../fhir/reference.ts';
import { COVERAGE_INFORMATION, type Extension } from './coverage-information.ts';

/** CDS Hooks 2.0.1, "Action": an update that the client applies by itself. */
export interface SystemAction {
  readonly type: 'update';
  readonly description: string;
  readonly resource: JsonObject;
}

/** A statement in wire form, and the resource that is to carry it. */
export interface Annotation {
  readonly resource: JsonObject;
  readonly coverage: string;
  /** Its `coverage-assertion-id`. */
  readonly id: string;
  readonly extension: Extension;
}

/**
 * One update for each resource: whole, as the client sent it, with our extension for each coverage added or put in the
 * place of the one that was there. Extensions about other coverages stay as they are. What says nothing new is not
 * sent again (CRD-E-01 to E-05).
 */
export function coverageUpdates(annotations: readonly Annotation[]): readonly SystemAction[] {
  const byResource = new Map<JsonObject, Annotation[]>();
  for (const annotation of annotations) {
    const known = byResource.get(annotation.resource);
    if (known === undefined) byResource.set(annotation.resource, [annotation]);
    else known.push(annotation);
  }
  return [...byResource].flatMap(([resource, list]) => {
    const type = text(resource['resourceType']);
    const id = resource['id'];
    // An update names its target by its id: without one the client could not tell what to replace.
    if (type === undefined || typeof id !== 'string' || id.trim() === '') return [];
    const sent = Array.isArray(resource['extension'])
      ? (resource['extension'] as readonly unknown[])
      : objects(resource['extension']);
    const extension = list.reduce(withAnnotation, sent);
    if (extension === sent) return [];
    return [
      {
        type: 'update',
        description: `Added coverage information to ${type}/${id}`,
        resource: { ...asWritten(resource), extension: asWritten(extension) },
      },
    ];
  });
}

/** The list with the annotation in it; the same list when it says already what the annotation says. */
function withAnnotation(sent: readonly unknown[], { coverage, extension }: Annotation): readonly unknown[] {
  const isOurs = (item: unknown): boolean =>
    property(item, 'url') === COVERAGE_INFORMATION && coverageOf(item) === coverage;
  const ours = sent.filter(isOurs);
  if (ours.length === 1 && content(ours[0]) === content(extension)) return sent;
  const place = sent.findIndex(isOurs);
  const others = sent.filter((item) => !isOurs(item));
  return place === -1
    ? [...others, extension]
    : others.toSpliced(Math.min(place, others.length), 0, extension);
}

const coverageOf = (extension: unknown): string | undefined =>
  objects(property(extension, 'extension'))
    .filter(({ url }) => url === 'coverage')
    .map(
      ({ valueReference }) =>
        relativeReference(valueReference) ?? text(property(valueReference, 'reference')),
    )[0];

/** What a statement says, whenever and under whatever id it is said. */
const content = (extension: unknown): string =>
  objects(property(extension, 'extension'))
    .filter(({ url }) => url !== 'date' && url !== 'coverage-assertion-id')
    .map(canonical)
    .sort()
    .join('\n');

/** JSON with the names of every object in order. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_name, item: unknown) =>
    isObject(item) ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1))) : item,
  );
