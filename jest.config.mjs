// One project per kind of test; all run the TypeScript sources as ES modules through swc.
const project = (name, extra = {}) => ({
  displayName: name,
  rootDir: '.',
  testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'es6' }, sourceMaps: 'inline' }],
  },
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  ...extra,
});

export default {
  maxWorkers: 2,
  testTimeout: 30_000,
  projects: [project('unit'), project('contract'), project('scenario'), project('chaos'), project('root')],
};
