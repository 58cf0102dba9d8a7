import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { NailupError } from '../kernel/nailup-error.ts';
import { packageRoot } from '../kernel/package-root.ts';

/** Finds a page: an http(s) URI as it is, a path beside the configuration file, or one of the shipped pages. @throws NailupError PAGE_MISSING */
export function pageUri(page: string, configFile: string | undefined): string {
  if (/^https?:/i.test(page)) return page;
  const candidates = isAbsolute(page) ? [page] : [...(configFile === undefined ? [] : [resolve(dirname(configFile), page)]), join(packageRoot(), page)];
  const found = candidates.find((path) => existsSync(path));
  if (found === undefined) throw new NailupError('PAGE_MISSING', `the page ${page} does not exist`, { place: candidates.join(' or '), mend: 'Correct the path in campaign or inbound of the configuration.' });
  return pathToFileURL(found).href;
}
