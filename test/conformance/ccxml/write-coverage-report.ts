import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { coverageReport } from './coverage-report.ts';

/** Writes docs/conformance-ccxml.md anew. */
const suites = ['ccxml', 'ccxml-supplement'].map((name) => fileURLToPath(new URL(`../suites/${name}`, import.meta.url)));
writeFileSync(fileURLToPath(new URL('../../../docs/conformance-ccxml.md', import.meta.url)), coverageReport(suites, fileURLToPath(new URL('../../unit/ccxml', import.meta.url))));
