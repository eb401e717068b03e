import type { Library } from '../policy/library.ts';
import type { EvaluationThreads } from './evaluation-threads.ts';
import { checkedFiles } from './checked-files.ts';
import { readPolicyFiles, type CheckedFiles, type PolicyFiles } from './policy-files.ts';

/** One state of the policy files, with the threads that evaluate by it: whoever holds it meets no other. */
export interface Edition {
  /** As `PolicyFiles.edition`. */
  readonly edition: string;
  readonly library: Library;
  /** Where calls are evaluated that would hold up others; undefined: all on the thread that serves them. */
  readonly threads?: EvaluationThreads | undefined;
}

export type ReloadOutcome = 'replaced' | 'unchanged' | 'refused';

/** What a reload came to. */
export interface Reload {
  readonly outcome: ReloadOutcome;
  /** RFC 3339 in UTC. */
  readonly at: string;
  /** Why it was refused. */
  readonly error?: unknown;
}

/** The policies that answer. They are replaced whole: what began under an edition ends under it. */
export interface Policies {
  readonly current: () => Edition;
  /** The edition in force, for one request; its threads last until every request under it was left. */
  readonly enter: () => { readonly edition: Edition; readonly leave: () => void };
  /** The last reload; undefined when there was none. */
  readonly lastReload: () => Reload | undefined;
}

export interface ReloadablePolicies extends Policies {
  /** Reads the folder again. Files with a mistake are refused, and those before stay in force. Never rejects. */
  readonly reload: () => Promise<Reload>;
  /** Reads the folder every so often, and reloads once it has changed and then stood still. @param period milliseconds */
  readonly watch: (period: number) => void;
}

interface Held {
  readonly edition: Edition;
  requests: number;
}

/**
 * @param startThreads for an edition; they read the same files as were checked here, whatever the folder holds by then
 * @param report told of each reload
 * @param cache as `checkedFiles` has it
 * @throws PolicyProblems when the folder cannot be used at the start
 */
export async function createPolicies(
  folder: string,
  startThreads: (files: CheckedFiles) => EvaluationThreads,
  now: () => Date,
  report: (reload: Reload) => void,
  cache?: string,
): Promise<ReloadablePolicies> {
  const begin = async (read: PolicyFiles): Promise<Edition & { readonly threads: EvaluationThreads }> => {
    const checked = await checkedFiles(read, folder, cache);
    const threads = startThreads(checked);
    // They load their code beside this thread: it begins them first.
    const { libraryOf } = await import('./policy-library.ts');
    return { edition: read.edition, library: libraryOf(checked), threads };
  };
  let held: Held = { edition: await begin(readPolicyFiles(folder)), requests: 0 };
  let last: Reload | undefined;
  let running: Promise<unknown> = Promise.resolve();

  const closeWhenLeft = (item: Held): void => {
    if (item !== held && item.requests === 0) void item.edition.threads?.close();
  };
  const replace = async (): Promise<ReloadOutcome> => {
    const next = readPolicyFiles(folder);
    if (next.edition === held.edition.edition) return 'unchanged';
    const edition = await begin(next);
    try {
      await edition.threads.ready();
    } catch (error) {
      void edition.threads.close();
      throw error;
    }
    const before = held;
    held = { edition, requests: 0 };
    closeWhenLeft(before);
    return 'replaced';
  };
  const reloadOnce = async (): Promise<Reload> => {
    const at = now().toISOString();
    last = await replace().then(
      (outcome) => ({ outcome, at }),
      (error: unknown) => ({ outcome: 'refused', at, error }),
    );
    report(last);
    return last;
  };
  const reload = (): Promise<Reload> => {
    const next = running.then(reloadOnce);
    running = next;
    return next;
  };
  return {
    current: () => held.edition,
    enter() {
      const mine = held;
      mine.requests += 1;
      return {
        edition: mine.edition,
        leave() {
          mine.requests -= 1;
          closeWhenLeft(mine);
        },
      };
    },
    lastReload: () => last,
    reload,
    watch(period) {
      let seen = held.edition.edition;
      let tried = seen;
      setInterval(() => {
        const found = editionOf(folder);
        // A folder that is being written changes between two looks; one that was refused is not tried again. Files that
        // are put back as they were are read too after a refusal, so that it does not stand for ever.
        const isOwed = found !== held.edition.edition || last?.outcome === 'refused';
        if (found === seen && found !== tried && isOwed) {
          tried = found;
          void reload();
        }
        seen = found;
      }, period).unref();
    },
  };
}

/** A folder that cannot be read is a state like another: reloading says what is wrong with it. */
function editionOf(folder: string): string {
  try {
    return readPolicyFiles(folder).edition;
  } catch {
    return '(unreadable)';
  }
}
