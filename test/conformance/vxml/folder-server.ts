import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize, sep } from 'node:path';

const types: Readonly<Record<string, string>> = {
  '.vxml': 'application/voicexml+xml; charset=utf-8', '.grxml': 'application/srgs+xml; charset=utf-8', '.gram': 'application/srgs; charset=utf-8',
  '.xml': 'text/xml; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.wav': 'audio/x-wav',
};

/** Serves a folder under `/t/`, and the helper endpoints of the suite at the root. */
export class FolderServer {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(folder: string): Promise<FolderServer> {
    const server = createServer((request, response) => void answer(folder, request, response).catch(() => response.writeHead(500).end()));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new FolderServer(server);
  }

  get base(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/t/`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

async function answer(folder: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const body = await bodyOf(request);
  const send = (status: number, type: string, text: string | Buffer): void => void response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(text);
  const method = request.method ?? 'GET';
  const parts = url.pathname.split('/');
  if (parts[1] === 't') {
    const path = normalize(join(folder, decodeURIComponent(parts.slice(2).join('/'))));
    if (!path.startsWith(folder + sep)) return send(404, 'text/plain', '');
    try {
      return send(200, types[extname(path)] ?? 'application/octet-stream', await readFile(path));
    } catch {
      return send(404, 'text/plain', '');
    }
  }
  if (parts[1] === 'status') return send(Number(parts[2]), 'text/plain', '');
  if (parts[1] === 'slow') {
    const wait = setTimeout(() => send(200, types['.vxml'] as string, page('<prompt>slow done</prompt><exit/>')), Number(parts[2]));
    response.on('close', () => clearTimeout(wait));
    return;
  }
  const parameters = parametersOf(url, request, body);
  const pairs = parameters.map(([n, v]) => `${n}=${v}`).join(' ');
  if (parts[1] === 'echo') return send(200, types['.vxml'] as string, page(`<prompt>${escapeXml([method.toUpperCase(), pairs].filter((t) => t !== '').join(' '))}</prompt><exit/>`));
  if (parts[1] === 'echo-return') {
    const script = (t: string): string => escapeXml(`'${t.replace(/\\/g, '\\\\').replace(/'/g, "\\'").replace(/\n/g, '\\n').replace(/\r/g, '\\r')}'`);
    return send(200, types['.vxml'] as string, vxml(`<form><var name="method" expr="${script(method.toUpperCase())}"/><var name="params" expr="${script(pairs)}"/><block><return namelist="method params"/></block></form>`));
  }
  if (parts[1] === 'echo.xml') {
    const params = parameters.map(([n, v]) => `<param name="${escapeXml(n)}">${escapeXml(v)}</param>`).join('');
    return send(200, 'text/xml; charset=utf-8', `<?xml version="1.0"?><?access-control allow="*"?><echo method="${method.toUpperCase()}">${params}</echo>`);
  }
  send(404, 'text/plain', '');
}

const vxml = (content: string): string => `<?xml version="1.0" encoding="UTF-8"?><vxml version="2.1" xmlns="http://www.w3.org/2001/vxml" xml:lang="en-US">${content}</vxml>`;
const page = (content: string): string => vxml(`<form><block>${content}</block></form>`);
const escapeXml = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Of query and body, sorted by name in code point order; equal names in order of arrival. */
function parametersOf(url: URL, request: IncomingMessage, body: Buffer): [string, string][] {
  const found: [string, string][] = [...url.searchParams];
  const type = request.headers['content-type'] ?? '';
  if (type.startsWith('application/x-www-form-urlencoded')) found.push(...new URLSearchParams(body.toString('utf8')));
  const boundary = /boundary="?([^";]+)"?/.exec(type)?.[1];
  if (type.startsWith('multipart/form-data') && boundary !== undefined) found.push(...multipart(body, boundary));
  return found.map((pair, at) => ({ pair, at })).sort((a, b) => (a.pair[0] < b.pair[0] ? -1 : a.pair[0] > b.pair[0] ? 1 : a.at - b.at)).map(({ pair }) => pair);
}

function multipart(body: Buffer, boundary: string): [string, string][] {
  return body.toString('latin1').split(`--${boundary}`).slice(1, -1).flatMap((part): [string, string][] => {
    const end = part.indexOf('\r\n\r\n');
    const head = part.slice(0, end);
    const name = /name="([^"]*)"/.exec(head)?.[1];
    if (name === undefined) return [];
    const type = /content-type:\s*([^\r\n;]+)/i.exec(head)?.[1] ?? 'text/plain';
    const file = /filename=/.test(head) || !type.startsWith('text/');
    return [[name, file ? '[file]' : Buffer.from(part.slice(end + 4).replace(/\r\n$/, ''), 'latin1').toString('utf8')]];
  });
}
