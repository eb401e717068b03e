import fhirpath from 'fhirpath';
import r4 from 'fhirpath/fhir-context/r4';
import { derived } from './derived.ts';
import { checkPaths, type PathNode } from './element-paths.ts';
import type { JsonObject } from './json.ts';
import type { Terminology } from './terminology.ts';
import type { Truth } from './truth.ts';

/**
 * The only importer of fhirpath.js: R4 model, compiled once, one resource a call (`fhirpath.md` sections 0 and 3).
 * An expression sees one resource and gives a boolean; a throw is a datum that could not be used, never an answer.
 */
export interface Condition {
  readonly expression: string;
  /** True, false, or null for FHIRPath's empty collection. @throws Error when the datum cannot be evaluated */
  holds(resource: JsonObject, asOf: string): Truth;
}

/** Functions that policy expressions may use: each answers on one resource, in bounded time. */
const FUNCTIONS = new Set([
  'where', 'exists', 'empty', 'not', 'all', 'count', 'first', 'last', 'single', 'ofType', 'is', 'as',
  'hasValue', 'iif', 'isIn', 'distinct', 'startsWith', 'endsWith', 'contains', 'lower', 'upper', 'length', 'extension',
]); // prettier-ignore

const VARIABLES = new Set(['asOf']);

type Node = PathNode;

/**
 * Checks a boolean expression over one resource type.
 * @throws Error with a sentence that says what is wrong: syntax, an unknown function or variable, an element that
 *   the resource does not have, a bare boolean path (fhirpath.js keeps `where(active)` although active is false)
 */
export function checkCondition(expression: string, resourceType: string, terminology: Terminology): void {
  const known = treesOf(terminology);
  let tree = known.get(expression);
  if (tree === undefined) {
    tree = parse(expression);
    checkNames(tree, terminology);
    known.set(expression, tree);
  }
  checkElements(tree, resourceType);
}

/** Many facts ask the same of their records, and of several types: each expression is parsed once. */
const treesOf = derived((_terminology: Terminology) => new Map<string, Node>());

/** The condition of an expression that was checked: compiled once, when it is first asked. */
export function conditionOf(expression: string, terminology: Terminology): Condition {
  const known = conditionsOf(terminology);
  const condition = known.get(expression) ?? compiledLater(expression, terminology);
  known.set(expression, condition);
  return condition;
}

const conditionsOf = derived((_terminology: Terminology) => new Map<string, Condition>());

function compiledLater(expression: string, terminology: Terminology): Condition {
  const usesDay = expression.includes('%');
  let evaluate: ReturnType<typeof fhirpath.compile> | undefined;
  return {
    expression,
    holds(resource, asOf) {
      evaluate ??= fhirpath.compile(expression, r4, {
        async: false,
        resolveInternalTypes: false,
        userInvocationTable: { isIn: { fn: isIn(terminology), arity: { 1: ['String'] } } },
      });
      const answer: unknown = evaluate(resource, usesDay ? { asOf: fhirpathDate(asOf) } : {});
      if (!Array.isArray(answer)) throw new Error(`"${expression}" gave no collection`);
      const values = answer.map((item: unknown) => fhirpath.util.valData(item) as unknown);
      if (values.length === 0) return null;
      if (values.length === 1 && typeof values[0] === 'boolean') return values[0];
      throw new Error(`"${expression}" gave ${values.length} value(s) that are not one boolean`);
    },
  };
}

/** A date as FHIRPath has it: as text it does not compare with the dates of a resource. */
const fhirpathDate = (asOf: string): unknown => {
  const read = fhirpath.compile(`@${asOf}`, r4, { async: false, resolveInternalTypes: false });
  return (read({}) as readonly unknown[])[0];
};

const isIn =
  (terminology: Terminology) =>
  (inputs: readonly unknown[], valueSet: string): boolean =>
    inputs.some((input) =>
      terminology
        .codings(fhirpath.util.valData(input))
        .some(({ key }) => key !== undefined && terminology.includes([valueSet], key)),
    );

function parse(expression: string): Node {
  try {
    return fhirpath.parse(expression) as Node;
  } catch (cause) {
    throw new Error(`does not parse as FHIRPath: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}

const nodes = (node: Node): readonly Node[] => [node, ...(node.children ?? []).flatMap(nodes)];

function checkNames(tree: Node, terminology: Terminology): void {
  for (const node of nodes(tree)) {
    if (node.type === 'Functn') {
      const name = node.children?.[0]?.text ?? node.text ?? '';
      if (!FUNCTIONS.has(name)) {
        throw new Error(
          `calls ${name}(), which policy expressions may not use; allowed: ${[...FUNCTIONS].join(', ')}`,
        );
      }
      if (name === 'isIn') {
        const literal = nodes(node)
          .find((child) => child.type === 'StringLiteral')
          ?.text?.slice(1, -1);
        if (literal === undefined || !terminology.valueSets.has(literal)) {
          throw new Error(`isIn('${literal ?? ''}') names no value set`);
        }
      }
    }
    if (node.type === 'ExternalConstant') {
      const name = (
        node.text ??
        nodes(node).find((child) => child.type === 'Identifier')?.text ??
        ''
      ).replace('%', '');
      if (!VARIABLES.has(name)) throw new Error(`uses the unknown variable %${name}; allowed: %asOf`);
    }
  }
  for (const claim of [tree, ...nodes(tree).flatMap(filterArguments)]) {
    const bare = bareBoolean(claim);
    if (bare !== undefined) throw new Error(`tests the bare path "${bare}"; write "${bare} = true"`);
  }
}

/** What where() and exists() filter by. */
const filterArguments = ({ type, text, children = [] }: Node): readonly Node[] =>
  type === 'Functn' && ['where', 'exists'].includes(children[0]?.text ?? text ?? '')
    ? children.filter((child) => child.type === 'ParamList').flatMap((list) => list.children ?? [])
    : [];

/** A claim that is only a path gives whatever the element holds, or keeps what it says is false. */
function bareBoolean(tree: Node): string | undefined {
  let node: Node = tree;
  while (
    node.type !== 'MemberInvocation' &&
    (node.children?.length === 1 || node.type === 'InvocationExpression')
  ) {
    const last = node.children?.at(-1);
    if (last === undefined) break;
    node = last;
  }
  return node.type === 'MemberInvocation' ? node.text : undefined;
}

/** Every element name of R4, at any depth, and the names of its types. */
const NAMES = new Set([
  ...[...Object.keys(r4.path2Type), ...Object.keys(r4.choiceTypePaths)].flatMap((path) => path.split('.')),
  ...Object.keys(r4.type2Parent),
]);

/** A misspelt name is told as such; then every path must be there in R4, step by step. */
function checkElements(tree: Node, resourceType: string): void {
  for (const node of nodes(tree)) {
    if (node.type === 'MemberInvocation' && node.text !== undefined && !NAMES.has(node.text))
      throw new Error(`reads the element "${node.text}", which R4 does not have`);
  }
  checkPaths(tree, resourceType, r4);
}

/** True when a resource type of R4 has an element of that name. */
export function hasElement(resourceType: string, name: string): boolean {
  try {
    checkPaths({ type: 'MemberInvocation', text: name }, resourceType, r4);
    return true;
  } catch {
    return false;
  }
}
