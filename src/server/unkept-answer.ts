/**
 * An answer whose determinations could not be kept: the same without their ids, which nobody could find again. The text is
 * changed, not parsed: numbers of the order stay as they were sent.
 * @param text as `JSON.stringify` writes it
 */
export function withoutIds(text: string, ids: readonly string[]): string {
  return ids.reduce((rest, id) => {
    const extension = `{"url":"coverage-assertion-id","valueString":${JSON.stringify(id)}}`;
    return rest
      .replaceAll(`,${extension}`, '')
      .replaceAll(`${extension},`, '')
      .replaceAll(`"id":${JSON.stringify(id)},`, '')
      .replaceAll(`,"appContext":${JSON.stringify(JSON.stringify({ determination: id }))}`, '');
  }, text);
}
