import { objects, text } from './json.ts';

/** Identifiers as `system|value`, to be compared by; those without a value are none. @param element Identifier, or a list */
export const identifierKeys = (element: unknown): readonly string[] =>
  objects(element).flatMap(({ system, value }) => {
    const stated = text(value);
    return stated === undefined ? [] : [`${text(system) ?? ''}|${stated}`];
  });
