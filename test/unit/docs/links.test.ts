import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { packageRoot } from '../../../src/kernel/package-root.ts';
import { page } from './source-text.ts';

const pages = ['README.md', 'CHANGELOG.md', ...readdirSync(join(packageRoot(), 'docs'), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.md')).map((file) => join('docs', file))];

describe('the pages of the documentation', () => {
  it.each(pages)('%s links only to what is there', (file) => {
    const links = [...page(file).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, link]) => link ?? '').filter((link) => !/^[a-z]+:/.test(link));
    expect(links.filter((link) => !existsSync(join(packageRoot(), normalize(join(dirname(file), link)))))).toEqual([]);
  });

  it('are all reached from the README', () => {
    const reached = new Set(['README.md']);
    for (const file of reached) {
      for (const [, link] of page(file).matchAll(/\]\(([^)#\s]+\.md)(?:#[^)]*)?\)/g)) {
        const target = normalize(join(dirname(file), link ?? ''));
        if (existsSync(join(packageRoot(), target))) reached.add(target);
      }
    }
    expect(pages.filter((file) => !reached.has(file))).toEqual([]);
  });
});

describe('docs/glossary.md', () => {
  const rows = page('docs/glossary.md').split('\n').filter((line) => line.startsWith('|')).slice(2).map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()));

  it('names files that are there, and types that stand in them', () => {
    expect(rows.length).toBeGreaterThan(40);
    const wrong = rows.filter(([, , type = '', file = '']) => {
      const path = file.replaceAll('`', '');
      if (!existsSync(join(packageRoot(), path))) return true;
      const name = /^`(\w+)`/.exec(type)?.[1];
      return name !== undefined && !new RegExp(`\\b(?:class|interface|type|const|function) ${name}\\b`).test(page(path));
    });
    expect(wrong).toEqual([]);
  });

  it('is in the order of the alphabet', () => {
    const words = rows.map(([word = '']) => word.toLowerCase());
    expect(words).toEqual([...words].sort((a, b) => a.localeCompare(b, 'en')));
  });
});
