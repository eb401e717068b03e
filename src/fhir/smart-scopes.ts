/**
 * What an access token lets a client do, from its scopes: SMART App Launch 1 (`patient/Observation.read`) and 2
 * (`patient/Observation.rs?category=laboratory`). Scopes for other things (`openid`, `launch`) grant no resource.
 */
export interface SmartScope {
  /** A resource type, or `*`. */
  readonly type: string;
  readonly read: boolean;
  readonly search: boolean;
  /** Search parameters that a granular scope is limited to: what lies outside them is left out in silence. */
  readonly narrowedBy: readonly (readonly [name: string, value: string])[];
}

const SCOPE =
  /^(?:patient|user|system)\/(?<type>\*|[A-Z][A-Za-z]+)\.(?<may>read|write|\*|c?r?u?d?s?)(?:\?(?<query>.+))?$/;

export const smartScopes = (printed: string): readonly SmartScope[] =>
  printed.split(/\s+/).flatMap((item) => {
    const { type, may, query = '' } = SCOPE.exec(item)?.groups ?? {};
    if (type === undefined || may === undefined) return [];
    const isWhole = may === 'read' || may === '*';
    const granular = !isWhole && may !== 'write';
    return {
      type,
      read: isWhole || (granular && may.includes('r')),
      search: isWhole || (granular && may.includes('s')),
      narrowedBy: [...new URLSearchParams(query)],
    };
  });

/** Whether a resource of a type may be read. */
export const allowsRead = (scopes: readonly SmartScope[], type: string): boolean =>
  scopes.some((scope) => scope.read && covers(scope, type));

/**
 * Whether a search would be answered in full: a granular scope counts only for a search that is as narrow.
 * @param parameters of the search, decoded
 */
export const allowsSearch = (
  scopes: readonly SmartScope[],
  type: string,
  parameters: URLSearchParams,
): boolean =>
  scopes.some(
    (scope) =>
      scope.search &&
      covers(scope, type) &&
      scope.narrowedBy.every(([name, value]) =>
        // Our queries name a category without its system, which is HL7's own.
        parameters.getAll(name).some((asked) => asked === value || value.endsWith(`|${asked}`)),
      ),
  );

const covers = (scope: SmartScope, type: string): boolean => scope.type === '*' || scope.type === type;
