/** Which elements FHIR has where: an expression that reads another is silently empty, and so never true. */

/** FHIR's model as fhirpath.js holds it. Keys are paths such as `Condition.clinicalStatus` and `CodeableConcept.coding`. */
export interface ElementModel {
  readonly path2Type: Readonly<Record<string, string>>;
  readonly choiceTypePaths: Readonly<Record<string, readonly string[]>>;
  readonly pathsDefinedElsewhere: Readonly<Record<string, string>>;
  readonly type2Parent: Readonly<Record<string, string>>;
}

export interface PathNode {
  readonly type: string;
  readonly text?: string;
  readonly children?: readonly PathNode[];
}

/** Types that a path can lead to, a backbone element by its path; undefined when that cannot be said. */
type Types = readonly string[] | undefined;

/** Functions that give back what they are called on, or some of it. */
const SAME = new Set(['where', 'first', 'last', 'single', 'distinct']);

/**
 * Follows every path of a parsed expression from the resource.
 * @throws Error naming the first element that its type does not have, or the type that an element never has
 */
export function checkPaths(tree: PathNode, resourceType: string, model: ElementModel): void {
  const lookUp = <T>(table: Readonly<Record<string, T>>, key: string): T | undefined =>
    Object.hasOwn(table, key) ? table[key] : undefined;
  const ancestors = (type: string): readonly string[] => {
    const parent = lookUp(model.type2Parent, type) ?? lookUp(model.path2Type, type);
    return parent === undefined || parent === type ? [type] : [type, ...ancestors(parent)];
  };
  const elementTypes = (type: string, name: string): Types => {
    for (const owner of ancestors(type)) {
      const path = `${owner}.${name}`;
      const choices = lookUp(model.choiceTypePaths, path);
      if (choices !== undefined) return choices;
      const found = lookUp(model.pathsDefinedElsewhere, path) ?? lookUp(model.path2Type, path);
      if (found !== undefined) return ['BackboneElement', 'Element'].includes(found) ? [path] : [found];
    }
    return undefined;
  };
  const member = (name: string, types: Types): Types => {
    if (types === undefined) return undefined;
    if (types.includes(name)) return [name];
    const found = types.flatMap((type) => elementTypes(type, name) ?? []);
    if (found.length === 0)
      throw new Error(`reads ${types.map((type) => `${type}.${name}`).join(' or ')}, which R4 does not have`);
    return found;
  };
  const isOfType = (type: string, wanted: string): boolean =>
    ancestors(type).some((item) => item.toLowerCase() === wanted.toLowerCase());
  const ofType = (wanted: string | undefined, types: Types): Types => {
    if (wanted === undefined || types === undefined) return undefined;
    if (!types.some((type) => isOfType(type, wanted) || isOfType(wanted, type)))
      throw new Error(`asks for the type ${wanted}, where R4 has only ${types.join(', ')}`);
    return [wanted];
  };
  const call = (node: PathNode, types: Types): Types => {
    const [identifier, ...rest] = node.children ?? [];
    const name = identifier?.text ?? '';
    const parameters = rest.flatMap(({ children }) => children ?? []);
    if (['ofType', 'as', 'is'].includes(name)) {
      const narrowed = ofType(parameters[0]?.text, types);
      return name === 'is' ? undefined : narrowed;
    }
    for (const parameter of parameters) walk(parameter, types);
    return SAME.has(name) ? types : name === 'extension' ? ['Extension'] : undefined;
  };
  function walk(node: PathNode, types: Types): Types {
    const children = node.children ?? [];
    const [first, second] = children;
    switch (node.type) {
      case 'MemberInvocation':
        return member(node.text ?? '', types);
      case 'Functn':
        return call(node, types);
      case 'ThisInvocation':
        return types;
      case 'InvocationExpression':
        return first === undefined || second === undefined ? undefined : walk(second, walk(first, types));
      case 'IndexerExpression':
        return first === undefined ? undefined : walk(first, types);
      case 'TypeExpression': {
        const narrowed = first === undefined ? undefined : ofType(second?.text, walk(first, types));
        return node.text === 'as' ? narrowed : undefined;
      }
      case 'UnionExpression':
        return children.map((child) => walk(child, types)).reduce<Types>(union, []);
      default: {
        const [only, ...others] = children.map((child) => walk(child, types));
        return others.length === 0 ? only : undefined;
      }
    }
  }
  walk(tree, [resourceType]);
}

const union = (a: Types, b: Types): Types => (a === undefined || b === undefined ? undefined : [...a, ...b]);
