import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { coverageReport } from './coverage-report.ts';

/** Writes docs/conformance-vxml.md anew. */
const folders = ['supplement', 'clauses'].map((name) => fileURLToPath(new URL(`../suites/vxml/${name}`, import.meta.url)));
writeFileSync(fileURLToPath(new URL('../../../docs/conformance-vxml.md', import.meta.url)), coverageReport(folders));
