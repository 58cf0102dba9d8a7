import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { jest } from '@jest/globals';
import { Command } from 'commander';
import { operatorApi, type OperatorDoor } from '../../../src/api/operator-api.ts';
import { addSessionCommands } from '../../../src/commands/ccxml-sessions.ts';
import { silentLogger } from '../../../src/kernel/logger.ts';
import { CcxmlWorld, onLoaded } from '../ccxml/ccxml-world.ts';

let world: CcxmlWorld;
let http: Server;
let server = '';
let printed: string[] = [];

beforeAll(async () => {
  world = await CcxmlWorld.create({ main: onLoaded('<assign name="state" expr="\'waiting\'"/>', '<transition event="stop"><assign name="state" expr="\'over\'"/><exit expr="event$.word"/></transition>', '<var name="state" expr="\'new\'"/>').replace('<eventprocessor>', '<eventprocessor statevariable="state">') });
  http = createServer(operatorApi({ door: { callControlSessions: () => world.host } as unknown as OperatorDoor, logger: silentLogger }));
  await new Promise<void>((done) => http.listen(0, '127.0.0.1', done));
  server = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
});
beforeEach(() => {
  printed = [];
  jest.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
});
afterEach(() => jest.restoreAllMocks());
afterAll(async () => {
  await world.close();
  http.closeAllConnections();
  await new Promise((done) => http.close(done));
});

async function nailup(...args: string[]): Promise<void> {
  const program = new Command();
  addSessionCommands(program);
  await program.parseAsync([...args, '--server', server], { from: 'user' });
}

it('lists the sessions of a running server and follows one of them to its end', async () => {
  const session = world.start('main');
  await world.live(100);
  await nailup('sessions');
  expect(printed).toEqual([expect.stringMatching(new RegExp(`^${session} +others +\\S+ +0 connection\\(s\\) +http://pages/main$`))]);
  printed = [];
  const following = nailup('trace', session);
  for (let turn = 0; turn < 1000 && !printed.some((line) => line.includes('stop')); turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    if (turn === 200) world.host.inject(session, 'stop', { word: 'bye' });
  }
  await following;
  const told = printed.map((line) => line.replace(/^\S+ +/, ''));
  expect(told).toEqual(expect.arrayContaining([
    expect.stringMatching(/^event +stop \{"word":"bye"\}/), expect.stringMatching(/^transition +stop in state waiting \(main:1:\d+\)/), expect.stringMatching(/^element +<exit>/), expect.stringMatching(/^end +exit/),
  ]));
});

it('prints JSON when asked, and names a session that does not run', async () => {
  const session = world.start('main');
  await world.live(100);
  await nailup('sessions', '--json');
  expect(JSON.parse(printed.at(-1) ?? '')).toMatchObject({ session, uri: 'http://pages/main' });
  await expect(nailup('trace', 'session-nobody')).rejects.toThrow(/SESSION_UNKNOWN/);
});
