import type { WebAnswer, WebRequest, WebSite } from '../../../src/ccxml/simulation/simulated-web.ts';

/** The HTTP helpers of host `sim` that the suite's documents call (its README, "HTTP helpers"). One instance per test. */
export function helperSite(): WebSite {
  const hits = new Map<string, number>();
  return (request) => {
    const { pathname, searchParams } = request.url;
    const status = /^\/status\/(\d{3})$/.exec(pathname)?.[1];
    if (status !== undefined) return { status: Number(status), body: '' };
    const slow = /^\/slow\/(\d+)$/.exec(pathname)?.[1];
    if (slow !== undefined) return { status: 200, contentType: 'text/ecmascript', body: 'var slow = 1;', delayMs: Number(slow) };
    switch (pathname) {
      case '/echo':
        return { status: 200, body: '' };
      case '/echo.js':
        return echo(request);
      case '/counter.js': {
        const name = searchParams.get('name') ?? '';
        const count = (hits.get(name) ?? 0) + 1;
        hits.set(name, count);
        return { status: 200, contentType: 'text/ecmascript', body: `var hits = ${count};`, maxAge: 3600 };
      }
      default:
        return undefined;
    }
  };
}

function echo(request: WebRequest): WebAnswer {
  const parameters = request.method === 'POST' ? request.form : [...request.url.searchParams];
  const value = { method: request.method, contentType: request.method === 'POST' ? 'application/x-www-form-urlencoded' : '', params: Object.fromEntries(parameters) };
  return { status: 200, contentType: 'text/ecmascript', body: `var echo = ${JSON.stringify(value)};` };
}
