import { page, sources } from './source-text.ts';

/** The first argument of every `new NailupError(…)`, with the file that has it. */
function thrown(): ReadonlyMap<string, string> {
  const codes = new Map<string, string>();
  for (const { file, text } of sources('src', 'sim')) {
    for (const [, code] of text.matchAll(/new NailupError\(\s*'([^']+)'/g)) codes.set(code ?? '', file);
  }
  return codes;
}

/** Codes that the HTTP API answers with beside those of errors. */
const answered = (): string[] => sources('src/api').flatMap(({ text }) => [...text.matchAll(/code: '([A-Z_]+)'/g)].map(([, code]) => code ?? ''));

describe('docs/errors.md', () => {
  const documented = new Set([...page('docs/errors.md').matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code]) => code ?? ''));

  it('names every code that the sources throw', () => {
    expect([...thrown()].filter(([code]) => !documented.has(code))).toEqual([]);
  });

  it('names every code that the HTTP API answers with', () => {
    expect(answered().filter((code) => !documented.has(code))).toEqual([]);
  });

  it('names no code that nothing throws', () => {
    const known = new Set([...thrown().keys(), ...answered()]);
    expect([...documented].filter((code) => !known.has(code))).toEqual([]);
  });

  it('is complete because every code stands as a literal where it is thrown', () => {
    const computed = sources('src', 'sim').filter(({ text }) => /new NailupError\(\s*[^'\s]/.test(text)).map(({ file }) => file);
    expect(computed).toEqual([]);
  });
});
