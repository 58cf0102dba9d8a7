import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { coverageReport } from './coverage-report.ts';

/** Writes docs/conformance-vxml.md anew. */
const folder = fileURLToPath(new URL('../suites/vxml/supplement', import.meta.url));
writeFileSync(fileURLToPath(new URL('../../../docs/conformance-vxml.md', import.meta.url)), coverageReport(folder));
