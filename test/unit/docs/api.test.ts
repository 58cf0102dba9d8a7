import { page } from './source-text.ts';

const text = page('docs/api.md');
const routes = [...page('src/api/operator-api.ts').matchAll(/app\.(get|post|put|patch|delete)\('([^']+)'/g)].map(([, method = '', path = '']) => `${method.toUpperCase()} ${path}`);

describe('docs/api.md', () => {
  it('names every address that the operator API answers', () => {
    expect(routes.length).toBeGreaterThan(8);
    expect(routes.filter((route) => !text.includes(`| \`${route}\` |`))).toEqual([]);
  });

  it('names no address that it does not answer', () => {
    const named = [...text.matchAll(/^\| `((?:GET|POST|PUT|PATCH|DELETE) [^`]+)` \|/gm)].map(([, route]) => route ?? '');
    expect(named.filter((route) => !routes.includes(route))).toEqual([]);
  });

  it.each([
    ['src/wiring/server-status.ts', 'LiveStatus'], ['src/wiring/attempt-rows.ts', 'AttemptRow'], ['src/modules/campaigns/job-report.ts', 'JobReport'],
  ])('has every field of %s %s', (file, name) => {
    const body = new RegExp(`interface ${name} \\{\\n([\\s\\S]*?)\\n\\}`).exec(page(file))?.[1] ?? '';
    const fields = [...body.matchAll(/readonly (\w+)\??:/g)].map(([, field]) => field ?? '');
    expect(fields.length).toBeGreaterThan(3);
    expect(fields.filter((field) => !new RegExp(`\\b${field}\\b`).test(text))).toEqual([]);
  });
});
