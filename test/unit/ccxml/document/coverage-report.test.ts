import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { coverageReport } from '../../../conformance/ccxml/coverage-report.ts';

const at = (path: string): string => fileURLToPath(new URL(`../../../../${path}`, import.meta.url));

describe('docs/conformance-ccxml.md', () => {
  it('is what the element table and the suite say today', () => {
    expect(readFileSync(at('docs/conformance-ccxml.md'), 'utf8')).toBe(coverageReport(['ccxml', 'ccxml-supplement'].map((name) => at(`test/conformance/suites/${name}`)), at('test/unit/ccxml')));
  });

  it('leaves no element, attribute or event without a test', () => {
    expect(readFileSync(at('docs/conformance-ccxml.md'), 'utf8')).not.toMatch(/\| none \|$/m);
  });
});
