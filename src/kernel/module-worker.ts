import { Worker, type WorkerOptions } from 'node:worker_threads';

/**
 * Starts a worker thread on a module that stands beside the caller: `startModuleWorker(import.meta.url, './media-worker')`.
 * Runs `.js` when the caller is compiled, and `.ts` through tsx in development and tests, where Node 20 cannot load it alone.
 */
export function startModuleWorker(callerUrl: string, name: string, options: WorkerOptions = {}): Worker {
  if (!callerUrl.endsWith('.ts')) return new Worker(new URL(`${name}.js`, callerUrl), options);
  const url = JSON.stringify(new URL(`${name}.ts`, callerUrl).href);
  const boot = `import('tsx/esm/api').then(async ({ register }) => { register(); await import(${url}); }).catch((e) => { setImmediate(() => { throw e; }); })`;
  return new Worker(boot, { ...options, eval: true, execArgv: [] });
}
