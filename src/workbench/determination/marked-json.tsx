import type { ReactNode } from 'react';
import { isObject } from '../../fhir/json.ts';
import type { Place } from './marked-elements.ts';

/** JSON as indented text in which elements are marked. A chart's text is text here, whatever it looks like. */
export function MarkedJson({
  label,
  value,
  marked,
}: {
  readonly label: string;
  readonly value: unknown;
  readonly marked: readonly Place[];
}) {
  const places = new Set(marked.map(keyOf));
  return (
    <pre className="json" role="region" aria-label={label} tabIndex={0} translate="no">
      {printed(value, [], places, '')}
    </pre>
  );
}

const keyOf = (place: Place): string => JSON.stringify(place);
const STEP = '  ';

/** A value as `JSON.stringify` indents it. @param lead the property's name, where it has one */
function printed(
  value: unknown,
  place: Place,
  places: ReadonlySet<string>,
  margin: string,
  lead = '',
): ReactNode {
  const inner = `${margin}${STEP}`;
  const list = (
    open: string,
    close: string,
    children: readonly { readonly step: string | number; readonly item: unknown; readonly lead: string }[],
  ): ReactNode =>
    children.length === 0
      ? `${lead}${open}${close}`
      : [
          `${lead}${open}\n`,
          ...children.flatMap(({ step, item, lead: name }, index) => [
            inner,
            <span key={step}>{printed(item, [...place, step], places, inner, name)}</span>,
            index === children.length - 1 ? '\n' : ',\n',
          ]),
          `${margin}${close}`,
        ];
  const content = Array.isArray(value)
    ? list(
        '[',
        ']',
        value.map((item: unknown, step) => ({ step, item, lead: '' })),
      )
    : isObject(value)
      ? list(
          '{',
          '}',
          Object.entries(value).map(([step, item]) => ({ step, item, lead: `${JSON.stringify(step)}: ` })),
        )
      : `${lead}${JSON.stringify(value)}`;
  return places.has(keyOf(place)) ? <mark>{content}</mark> : content;
}
