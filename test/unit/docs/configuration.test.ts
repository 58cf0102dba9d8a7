import { join } from 'node:path';
import { configSchema, loadConfig } from '../../../src/config/index.ts';
import { packageRoot } from '../../../src/kernel/package-root.ts';
import { page } from './source-text.ts';

interface Schema {
  readonly shape?: Readonly<Record<string, Schema>>;
  readonly element?: Schema;
  readonly def?: { readonly innerType?: Schema; readonly valueType?: Schema };
}

/** The dotted keys of the schema's leaves: `sip.port`, `trunks[].name`, `campaign.retries.*.count`. */
function keysOf(schema: Schema, path: string): string[] {
  if (schema.shape !== undefined) return Object.entries(schema.shape).flatMap(([key, inner]) => keysOf(inner, path === '' ? key : `${path}.${key}`));
  if (schema.element !== undefined && leaf(schema.element) !== undefined) return keysOf(schema.element, `${path}[]`);
  if (schema.def?.valueType !== undefined && leaf(schema.def.valueType) !== undefined) return keysOf(schema.def.valueType, `${path}.*`);
  if (schema.def?.innerType !== undefined) return keysOf(schema.def.innerType, path);
  return [path];
}

/** The object schema within, if there is one. */
const leaf = (schema: Schema): Schema | undefined => (schema.shape !== undefined ? schema : schema.def?.innerType === undefined ? undefined : leaf(schema.def.innerType));

/** The entries of `campaigns` have the keys of `campaign`, and the page says so once. */
const keys = keysOf(configSchema as unknown as Schema, '').filter((key) => !key.startsWith('campaigns[].') || key === 'campaigns[].name');
/** First cells of the page's tables. */
const documented = new Set(page('docs/configuration.md').split('\n').filter((line) => line.startsWith('| `')).flatMap((line) => [...line.matchAll(/`([A-Za-z][\w.[\]*]*)`/g)].map(([, key]) => key)));

describe('docs/configuration.md', () => {
  it('may leave the keys of campaigns[] to those of campaign', () => {
    const all = keysOf(configSchema as unknown as Schema, '');
    const below = (section: string): string[] => all.filter((key) => key.startsWith(section)).map((key) => key.slice(section.length));
    expect(below('campaigns[].').length).toBeGreaterThan(20);
    expect(below('campaigns[].')).toEqual(below('campaign.'));
  });

  it('walks the whole schema', () => {
    expect(keys).toEqual(expect.arrayContaining(['sip.port', 'trunks[].callsPerSecond', 'campaign.guardTimes.from', 'campaign.retries.*.delayMs', 'shutdownGraceMs']));
    expect(keys.length).toBeGreaterThan(60);
  });

  it('names every key of the schema', () => {
    expect(keys.filter((key) => !documented.has(key))).toEqual([]);
  });

  it('names no key that the schema does not have', () => {
    const sections = new Set(keys.map((key) => key.split(/[.[]/)[0]));
    const named = [...documented].filter((key) => key !== undefined && key.includes('.') && sections.has(key.split(/[.[]/)[0]));
    expect(named.filter((key) => !keys.some((known) => known === key || known.startsWith(`${key}.`)))).toEqual([]);
  });
});

describe('examples/nailup.yaml', () => {
  it('is a configuration that loads', () => {
    const config = loadConfig(join(packageRoot(), 'examples/nailup.yaml'));
    expect([config.trunks.length, config.agents.length, config.campaign?.trunk]).toEqual([1, 3, 'carrier']);
  });

  it('names a trunk that it configures', () => {
    const config = loadConfig(join(packageRoot(), 'examples/nailup.yaml'));
    expect(config.trunks.map((trunk) => trunk.name)).toContain(config.campaign?.trunk);
  });
});
