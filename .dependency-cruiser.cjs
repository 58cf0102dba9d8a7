// The house rules of docs/architecture.md, "What never imports what".
const adapters = '^src/(signalling|media|speech|store|bus|feed|messaging)/[^/]+/';
const languages = '^src/(ccxml|vxml|grammar)/';
const rule = (name, from, to, extra = {}) => ({ name, severity: 'error', from: { path: from, ...extra.from }, to: { path: to, ...extra.to } });
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    rule('kernel-imports-nothing', '^src/kernel/', '^src/(?!kernel/)'),
    rule('libraries-know-nothing-of-calls', '^src/(sip|sdp|rtp|audio|xml|ecmascript)/', `^src/(core|modules|ccxml|vxml|grammar|signalling|media|speech|store|bus|feed|messaging|api|observe|wiring|config)/`),
    // index.ts is no port but the folder's door, which chooses among the adapters (openStore).
    rule('a-port-never-imports-an-adapter', '^src/(signalling|media|speech|store|bus|feed|messaging)/[^/]+\\.ts$', adapters, { from: { pathNot: '/index\\.ts$' } }),
    rule('an-adapter-keeps-to-itself', adapters, '^src/(ccxml|vxml|grammar|core|modules|api|wiring)/'),
    rule('signalling-adapter-not-media', '^src/signalling/[^/]+/', '^src/media/[^/]+/'),
    rule('media-adapter-not-signalling', '^src/media/[^/]+/', '^src/signalling/'),
    rule('ccxml-boundaries', '^src/ccxml/', `^src/(vxml|sip|rtp|core|modules)/|${adapters}`),
    rule('vxml-boundaries', '^src/vxml/', `^src/(ccxml|signalling|sip|core|modules)/|${adapters}`),
    rule('core-boundaries', '^src/core/', `^src/(modules|api|wiring)/|${adapters}`),
    rule('pacing-is-pure', '^src/core/(pacing|allocation)/', '^src/(store|fetch|signalling|media|messaging|observe)/|^(fs|net|http|dgram|pg|node:.*)$'),
    rule('rules-are-pure', '^src/modules/rules/', '^src/(store|fetch|signalling|media|messaging)/|^(fs|net|http|dgram|pg)$'),
    rule('a-module-only-by-its-door', '^src/modules/([^/]+)/', '^src/modules/(?!$1/)[^/]+/(?!index\\.ts$)'),
    rule('sim-is-a-peer', '^sim/', '^src/(ccxml|vxml|core(?!/pacing/)|modules|signalling|media|messaging|store|wiring|api)/'),
    rule('nobody-imports-the-root', '^(src|sim)/', '^src/(main|server|page-call)\\.ts$', { from: { pathNot: '^src/(main|commands/(serve|vxml))\\.ts$' } }),
    rule('wiring-only-by-server', '^src/(?!wiring/|server\\.ts|page-call\\.ts|main\\.ts)', '^src/wiring/'),
    rule('src-never-imports-test', '^(src|sim)/', '^test/'),
  ],
  options: { doNotFollow: { path: 'node_modules' }, tsPreCompilationDeps: true, tsConfig: { fileName: 'tsconfig.json' } },
};
