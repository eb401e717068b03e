import { randomUUID } from 'node:crypto';

/** The UUID of a card or of a drafted resource. */
export const newUuid = (): string => randomUUID();

/** The id of a determination: 24 letters and digits, unguessable. */
export const newId = (): string => randomUUID().replaceAll('-', '').slice(0, 24);
