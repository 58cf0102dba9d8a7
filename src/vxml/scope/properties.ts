import { parseDuration } from '../document/duration.ts';
import { childrenOf, type VxmlNode } from '../document/node.ts';
import type { Frame } from '../session/frame.ts';
import { inheritedRoot } from './document-context.ts';
import { specifiedDefaults, type PropertyName } from './property-defaults.ts';

/** The value in force (§6.3): form item, dialog, document, application root, platform, specification; the last one given at a level counts. */
export function propertyOf(frame: Frame, name: PropertyName | (string & {})): string | undefined {
  const { dialog, item, context, session } = frame;
  const levels = [item?.node, dialog?.node, context.document.root, inheritedRoot(context)?.root];
  for (const node of levels) {
    const value = node === undefined ? undefined : given(node, name);
    if (value !== undefined) return value;
  }
  return session.properties[name] ?? specifiedDefaults[name as PropertyName];
}

/** Properties do not change once a document is parsed: read once per node. */
const read = new WeakMap<VxmlNode, ReadonlyMap<string, string>>();

function given(node: VxmlNode, name: string): string | undefined {
  let map = read.get(node);
  if (map === undefined) {
    map = new Map(childrenOf<{ name: string; value: string }>(node, 'property').map((p) => [p.attributes.name, p.attributes.value]));
    read.set(node, map);
  }
  return map.get(name);
}

/** Milliseconds. A value that is no time falls back to the specification's default. */
export function durationProperty(frame: Frame, name: PropertyName): number {
  return parseDuration(propertyOf(frame, name) ?? '') ?? parseDuration(specifiedDefaults[name] ?? '') ?? 0;
}

export function booleanProperty(frame: Frame, name: PropertyName): boolean {
  const value = propertyOf(frame, name);
  return (value === 'true' || value === 'false' ? value : specifiedDefaults[name]) === 'true';
}

export function numberProperty(frame: Frame, name: PropertyName): number {
  const value = Number(propertyOf(frame, name));
  return Number.isFinite(value) ? value : Number(specifiedDefaults[name]);
}

/** Ours: `secret` keeps what is keyed in out of traces, logs and recordings. */
export const isSecret = (frame: Frame): boolean => propertyOf(frame, 'secret') === 'true';

/** Ours: how far `seekforwardkey` and `seekbackkey` move the prompt that sounds by `seektime` (5 s); undefined: the key does not. */
export function seekBy(frame: Frame, key: string): number | undefined {
  const way = key === propertyOf(frame, 'seekforwardkey') ? 1 : key === propertyOf(frame, 'seekbackkey') ? -1 : undefined;
  return way === undefined ? undefined : way * (parseDuration(propertyOf(frame, 'seektime') ?? '') ?? 5_000);
}

/** Whole seconds for caches; undefined when nobody said anything. */
export function secondsProperty(frame: Frame, name: PropertyName): number | undefined {
  const value = propertyOf(frame, name);
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
}
