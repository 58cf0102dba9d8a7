/**
 * Event data as form parameters (CCXML 1.0 App. K): a nested property travels under its path, `a.b=1`; what is undefined or null is
 * left out.
 */
export function toFormParameters(data: Readonly<Record<string, unknown>>, prefix = ''): (readonly [string, string])[] {
  return Object.entries(data).flatMap(([name, value]): (readonly [string, string])[] => {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    if (value === undefined || value === null) return [];
    if (typeof value === 'object') return toFormParameters(value as Record<string, unknown>, path);
    return [[path, String(value)]];
  });
}

/** The other way: `a.b=1` becomes property b of property a. A name given twice becomes an array. */
export function fromFormParameters(parameters: Iterable<readonly [string, string]>): Record<string, unknown> {
  const data: Record<string, unknown> = {};
  for (const [name, value] of parameters) {
    const path = name.split('.');
    if (path.some((part) => part === '__proto__' || part === 'constructor' || part === 'prototype') || path.length > 16) continue;
    let target = data;
    for (const part of path.slice(0, -1)) {
      const inner = target[part];
      const next: Record<string, unknown> = typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? (inner as Record<string, unknown>) : {};
      target[part] = next;
      target = next;
    }
    const last = path.at(-1) ?? name;
    const before = target[last];
    target[last] = before === undefined ? value : Array.isArray(before) ? [...(before as unknown[]), value] : [before, value];
  }
  return data;
}
