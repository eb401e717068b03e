import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunSettings } from './settings.ts';

/** Files with the settings of runs, from which threads read the policies. They hold no patient's data. */
export interface SettingsFiles {
  readonly pathOf: (run: string, settings: RunSettings) => string;
  readonly remove: () => void;
}

export function settingsFiles(): SettingsFiles {
  const folder = mkdtempSync(join(tmpdir(), 'cartograph-impact-'));
  const written = new Map<string, string>();
  return {
    pathOf(run, settings) {
      const path = written.get(run) ?? join(folder, `${run}.json`);
      if (!written.has(run)) writeFileSync(path, JSON.stringify(settings));
      written.set(run, path);
      return path;
    },
    remove: () => {
      rmSync(folder, { recursive: true });
    },
  };
}
