import { useMemo, useSyncExternalStore } from 'react';

/** Where the page is, by the fragment of its URL: `#/policies/some-policy/some-criterion?tab=facts`. */
export interface Route {
  /** The parts between slashes, decoded. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
}

/** The fragment for a place, for links and `location.hash`. */
export function hrefTo(
  path: readonly string[],
  query: Readonly<Record<string, string | undefined>> = {},
): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  const search = new URLSearchParams(given).toString();
  return `#/${path.map(encodeURIComponent).join('/')}${search === '' ? '' : `?${search}`}`;
}

export function readRoute(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split(/\?(.*)/s);
  return {
    path: path
      .split('/')
      .filter((part) => part !== '')
      .map(decoded),
    query: new URLSearchParams(search),
  };
}

/** A part that is not encoded as it should be stands as it is. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

const subscribe = (changed: () => void): (() => void) => {
  window.addEventListener('hashchange', changed);
  return () => {
    window.removeEventListener('hashchange', changed);
  };
};

/** The same object as long as the URL stays the same. */
export function useRoute(): Route {
  const hash = useSyncExternalStore(subscribe, () => window.location.hash);
  return useMemo(() => readRoute(hash), [hash]);
}

/** @param isReplacing true where going back should not lead here */
export function goTo(href: string, isReplacing = false): void {
  if (!isReplacing) {
    window.location.hash = href;
    return;
  }
  window.history.replaceState(null, '', href);
  window.dispatchEvent(new HashChangeEvent('hashchange'));
}
