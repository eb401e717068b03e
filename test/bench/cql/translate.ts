import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import {
  CqlCompilerOptions,
  CqlTranslator,
  createLibrarySourceProvider,
  createModelInfoProvider,
  createUcumService,
  LibraryManager,
  ModelManager,
  stringAsSource,
} from '@cqframework/cql/cql-to-elm';

/** CQL to ELM, the form that an engine executes. */

const FHIR_MODEL = createRequire(import.meta.url).resolve(
  'cql-exec-fhir/lib/modelInfos/fhir-modelinfo-4.0.1.xml',
);
const SYSTEM_MODEL = new URL('system-modelinfo.xml', import.meta.url);

interface ElmLibrary {
  readonly library: {
    readonly annotation?: readonly {
      readonly type: string;
      readonly errorSeverity?: string;
      readonly startLine?: number;
      readonly message?: string;
    }[];
  };
}

/**
 * @param sources text of each library by its name; one may include the others
 * @returns ELM of each, by its name
 * @throws Error with every mistake in the text, by library and line
 */
export function translate(sources: Readonly<Record<string, string>>): Readonly<Record<string, object>> {
  const models = new ModelManager();
  models.modelInfoLoader.registerModelInfoProvider(
    createModelInfoProvider((name): unknown =>
      stringAsSource(readFileSync(name === 'FHIR' ? FHIR_MODEL : SYSTEM_MODEL, 'utf8')),
    ),
  );
  const options = CqlCompilerOptions.defaultOptions();
  const libraries = new LibraryManager(models, options, undefined, CALENDAR_UNITS);
  libraries.librarySourceLoader.registerProvider(
    createLibrarySourceProvider((name): unknown => {
      const text = sources[name];
      return text === undefined ? null : stringAsSource(text);
    }),
  );
  return Object.fromEntries(
    Object.entries(sources).map(([name, text]) => {
      const elm = JSON.parse(CqlTranslator.fromText(text, libraries).toJson()) as ElmLibrary;
      const mistakes = (elm.library.annotation ?? [])
        .filter(({ errorSeverity }) => errorSeverity === 'error')
        .map(({ startLine, message }) => `${name}.cql:${startLine ?? ''} ${message ?? ''}`);
      if (mistakes.length > 0) throw new Error(mistakes.join('\n'));
      return [name, elm];
    }),
  );
}

const notAsked = (): never => {
  throw new Error('only calendar units are used');
};
/** The translator asks whether a unit is one; ours are days and months. */
const CALENDAR_UNITS: unknown = createUcumService(notAsked, () => null, notAsked, notAsked);
